namespace Deliberate.Reasoning;

/// <summary>One way to read an answer. A text may have several: <c>1,234</c> is a number, and a pair; <c>5 m</c> a product, and a length.</summary>
/// <param name="Node">What is read.</param>
/// <param name="Bare">Letters that were taken as a unit or magnitude.</param>
internal sealed record MathAnswer(MathNode Node, BareLetters Bare)
{
    /// <summary>Words that two letters make, rather than a product.</summary>
    private static readonly HashSet<string> ShortWords = new(StringComparer.OrdinalIgnoreCase) { "no", "on", "up", "or", "us", "it", "is", "go" };

    /// <summary>The readings of a cleaned text; none where it cannot be read.</summary>
    public static List<MathAnswer> Readings(string clean)
    {
        var readings = new List<MathAnswer>(2);
        if (clean.Length == 0) return readings;
        Add(readings, MathText.WithoutThousands(clean));
        if (readings.Count == 0 || MathText.WithoutThousands(clean) != clean) Add(readings, clean);
        return readings;
    }

    private static void Add(List<MathAnswer> readings, string clean)
    {
        if (MathLexer.Read(clean) is not { Count: > 0 } tokens) return;
        var words = AreWords(tokens);
        if (words) readings.Add(new MathAnswer(new WordsNode(MathLexer.Words(tokens)), BareLetters.None));
        tokens = Conclusion(tokens);
        if (words && !MayBeValue(tokens)) return;
        if (IsDenied(tokens)) return;
        if (MathParser.Parse(tokens) is { } read) readings.Add(new MathAnswer(read.Node, BareLetters.None));
        if (tokens.Exists(MathParser.MayBeBare) && MathParser.Parse(tokens, bare: true) is { Bare: not BareLetters.None } bare) readings.Add(new MathAnswer(bare.Node, bare.Bare));
    }

    /// <summary>Whether the words outside brackets say what the answer is not: in <c>P(\text{not red}) = 1/4</c> they do not.</summary>
    private static bool IsDenied(List<MathToken> tokens)
    {
        var open = 0;
        foreach (var token in tokens)
        {
            if (token.Is("(") || token.Is("[")) open++;
            else if (token.Is(")") || token.Is("]")) open--;
            else if (open <= 0 && token.Kind is MathTokenKind.Word or MathTokenKind.Text && token.Text.Split(' ').Any(MathWords.IsDenial)) return true;
        }

        return false;
    }

    /// <summary>What stands behind the last sign of "it follows", outside brackets.</summary>
    private static List<MathToken> Conclusion(List<MathToken> tokens)
    {
        var (open, last) = (0, -1);
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Kind == MathTokenKind.Sign && tokens[i].Text is "(" or "[" or "{" or @"\{") open++;
            else if (tokens[i].Kind == MathTokenKind.Sign && tokens[i].Text is ")" or "]" or "}" or @"\}") open--;
            else if (open == 0 && tokens[i].Kind == MathTokenKind.Command && tokens[i].Text is "Rightarrow" or "Longrightarrow" or "implies" or "therefore") last = i;
        }

        return tokens[(last + 1)..];
    }

    /// <summary>Whether words may be a value with a noun behind it, or one run of letters that are factors.</summary>
    private static bool MayBeValue(List<MathToken> tokens)
    {
        var first = tokens.FindIndex(t => !t.Is("-") && !t.Is("+"));
        if (first < 0) return false;
        return tokens[first].Kind == MathTokenKind.Number || (first + 1 == tokens.Count && tokens[first].Kind == MathTokenKind.Word && MathWords.AreFactors(tokens[first].Text));
    }

    /// <summary>Whether the tokens say something in words: no operator, and a word that is no function, unit or connective.</summary>
    private static bool AreWords(List<MathToken> tokens)
    {
        var (words, alone) = (0, tokens.Count(t => !t.Is("{") && !t.Is("}")) == 1);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            switch (token.Kind)
            {
                case MathTokenKind.Text:
                    // Behind a number it is a unit, between answers a connective.
                    if (tokens.Take(i).All(t => t.Is("{")) && token.Text.Length > 1) words++;
                    break;
                case MathTokenKind.Word:
                    var joined = (i > 0 && !token.Spaced && tokens[i - 1].Kind == MathTokenKind.Number) || (i + 1 < tokens.Count && !tokens[i + 1].Spaced && tokens[i + 1].Kind == MathTokenKind.Number);
                    var known = MathParser.IsFunction(token.Text) || MathUnits.IsUnitWord(token.Text) || token.Text is "and" or "or";
                    if (!joined && !known && (token.Text.Length > 2 || ShortWords.Contains(token.Text) || (alone && token.Text.Length > 1 && token.Text.All(char.IsAsciiLetterUpper)))) words++;
                    break;
                case MathTokenKind.Number:
                    break;
                case MathTokenKind.Sign when token.Text is "{" or "}" or "," or "." or "'" or "-" or ":" or ";" or "?" or "!" or "\"" or "&":
                    break;
                default:
                    return false;
            }
        }

        return words > 0;
    }
}
