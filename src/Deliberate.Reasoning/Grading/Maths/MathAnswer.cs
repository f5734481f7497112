namespace Deliberate.Reasoning;

/// <summary>One way to read an answer. A text may have two: <c>1,234</c> is a number, and a pair.</summary>
internal sealed record MathAnswer(MathNode Node, string? Unit, bool Percent)
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
        if (AreWords(tokens)) readings.Add(new MathAnswer(new WordsNode(MathLexer.Words(tokens)), null, false));
        else if (MathParser.Parse(tokens) is { } read) readings.Add(new MathAnswer(read.Node, read.Unit, read.Percent));
    }

    /// <summary>Whether the tokens say something in words: no operator, and a word that is no function, unit or connective.</summary>
    private static bool AreWords(List<MathToken> tokens)
    {
        var words = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            switch (token.Kind)
            {
                case MathTokenKind.Text:
                    // Behind a number it is a unit, between answers a connective.
                    if (i == 0 && token.Text.Length > 0) words++;
                    break;
                case MathTokenKind.Word:
                    var joined = (i > 0 && !token.Spaced && tokens[i - 1].Kind == MathTokenKind.Number) || (i + 1 < tokens.Count && !tokens[i + 1].Spaced && tokens[i + 1].Kind == MathTokenKind.Number);
                    var known = MathParser.IsFunction(token.Text) || MathUnits.IsUnitWord(token.Text) || token.Text is "and" or "or";
                    if (!joined && !known && (token.Text.Length > 2 || ShortWords.Contains(token.Text))) words++;
                    break;
                case MathTokenKind.Number:
                    break;
                case MathTokenKind.Sign when token.Text is "," or "." or "'" or "-" or ":" or ";" or "?" or "!" or "\"" or "&":
                    break;
                default:
                    return false;
            }
        }

        return words > 0;
    }
}
