using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

internal enum ClauseKind
{
    /// <summary>It holds no answer: a remark, or nothing.</summary>
    None,

    /// <summary>It begins with a value, or its last statement is one.</summary>
    Value,

    /// <summary>It is words.</summary>
    Words,
}

/// <param name="Value">What the clause states.</param>
/// <param name="End">Behind what was read.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct ClauseReading(string Value, int End, ClauseKind Kind);

/// <summary>
/// Cuts what follows a mark to the value that it states, by rules that never see a reference: leading words are skipped, the value is
/// read as far as it goes, with what <see cref="AnswerOffers"/> finds beside it, its reasons are left out.
/// </summary>
internal static partial class AnswerClause
{
    public const int MostValues = 12;

    /// <param name="text">The text, as <see cref="PlainText"/> leaves it.</param>
    /// <param name="at">Behind the mark.</param>
    /// <param name="label">Whether a whole sentence may follow ("Answer: she has 7 left"), whose value is then looked for.</param>
    public static ClauseReading Read(string text, int at, bool label)
    {
        var listed = label && IsBlankLine(text, at);
        at = Content(text, at);
        if (at < 0) return default;
        if (listed && Lines(text, at) is { } lines) return lines;
        return Line(text, at, label);
    }

    /// <summary>The same for a text that is all answer, such as the content of a tag: cut only where one value is all it holds, or where it is a sentence.</summary>
    public static string Whole(string text)
    {
        var bare = Bare(text);
        if (bare.Length == 0 || bare.Contains('\n', StringComparison.Ordinal)) return bare;
        return Line(bare, 0, label: true) is { Kind: ClauseKind.Value } read && (Sentences.IsBlank(bare, read.End, bare.Length) || Opening().IsMatch(bare)) ? read.Value : bare;
    }

    /// <summary>Without spaces, dollar signs, stars and a full stop around it.</summary>
    public static string Bare(string answer)
    {
        var bare = answer.AsSpan().Trim();
        while (true)
        {
            var before = bare.Length;
            if (bare.EndsWith(".") && !bare.EndsWith("..") || bare.EndsWith("。")) bare = bare[..^1].TrimEnd();
            if (bare.Length > 1 && bare[0] == '$' && bare[^1] == '$') bare = bare.Trim('$').Trim();
            if (bare.Length > 3 && bare.StartsWith("**") && bare.EndsWith("**")) bare = bare[2..^2].Trim();
            if (bare.Length == before) return bare.ToString();
        }
    }

    private static ClauseReading Line(string text, int at, bool label)
    {
        var lead = at + Lead().Match(text, at).Length;
        var limit = Sentences.BlockEnd(text, lead);
        if (lead < limit && Direct(text, lead, limit) is { } direct) return direct;
        return Words(text, at, label);
    }

    /// <summary>A value that stands at this place.</summary>
    private static ClauseReading? Direct(string text, int at, int limit)
    {
        if (ValueReader.Read(text, at, limit) is not { } value) return null;
        if (value.Kind == ValueKind.Quote && AnswerWords.IsPlaceholder(value.Text)) return new ClauseReading("", value.End, ClauseKind.None);
        var rest = Sentences.SkipClosers(text, value.End);
        if (value.Kind == ValueKind.Maths && Copula().Match(text, rest, Math.Max(0, limit - rest)) is { Success: true, Index: var be } copula && be == rest && Direct(text, be + copula.Length, limit) is { Kind: ClauseKind.Value } said) return said;
        var (joined, end) = AnswerOffers.Read(text, Choice(value.Text), value.End);
        return new ClauseReading(Bare(joined), end, ClauseKind.Value);
    }

    /// <summary>The letter of a choice however it is set; anything else as it is, such as a Roman numeral.</summary>
    public static string Choice(string value) => value.Any(char.IsAsciiLetterUpper) && !value.All(c => c is 'I' or 'V' or 'X') && ChoiceGrader.Letters(value) is { Length: 1 } letter ? letter : value;

    private static ClauseReading Words(string text, int at, bool label)
    {
        var end = Sentences.End(text, at);
        var sentence = text[at..end];
        if (AnswerWords.IsPlaceholder(sentence)) return default;
        if (Said(text, at, end, label) is { } said) return said;
        var cut = Reason().Match(sentence, Math.Min(1, sentence.Length));
        var words = Bare((cut.Success ? sentence[..cut.Index] : sentence).Trim().TrimEnd(',', ';', ':'));
        if (YesNo().Match(words) is { Success: true } yes) words = yes.Groups["word"].Value;
        words = Closers().Replace(words, "");
        if (!words.Any(char.IsLetterOrDigit)) return default;
        return (label ? AnswerWords.IsOpening(FirstWord(words)) : AnswerWords.IsRemark(FirstWord(words))) ? default : new ClauseReading(words, end, ClauseKind.Words);
    }

    /// <summary>What a sentence says last that something is ("the largest n is 34", "..., which is 7"); of a label's sentence, also its only number.</summary>
    private static ClauseReading? Said(string text, int at, int end, bool label)
    {
        ClauseReading? last = null;
        var lastEnd = 0;
        foreach (Match copula in (label ? Copula() : WhichIs()).Matches(text[at..end]))
        {
            var from = at + copula.Index + copula.Length;
            if (from < lastEnd || Direct(text, from + Lead().Match(text, from).Length, end) is not { Kind: ClauseKind.Value } value) continue;

            // "A is 3 and B is 4" states two things, "A is 3, so B is 4" one.
            if (last is { } before && before.Value != value.Value && !Consequence().IsMatch(text[lastEnd..from])) return null;
            (last, lastEnd) = (value, value.End);
        }

        if (last is not null || !label) return last;
        var sentence = text[at..end];
        if (sentence.Count(c => c == ' ') < 3 || Doubt().IsMatch(sentence)) return null;
        var numbers = Numbers().Matches(sentence);
        return numbers.Count == 1 ? Direct(text, at + numbers[0].Index, end) : null;
    }

    /// <summary>The lines of a list or of a paragraph under a heading, where each is a value.</summary>
    private static ClauseReading? Lines(string text, int at)
    {
        var values = new List<string>();
        var (end, bullets) = (at, 0);
        while (at < text.Length && values.Count < MostValues)
        {
            var bullet = Bullet().Match(text, at);
            bullets += bullet.Success ? 1 : 0;
            var from = bullet.Success ? at + bullet.Length : at;
            var limit = Sentences.BlockEnd(text, from);
            if (Sentences.IsBlank(text, from, limit)) break;
            if (Line(text, from, label: true) is not { Kind: ClauseKind.Value } value || !Sentences.IsBlank(text, value.End, limit)) break;
            values.Add(value.Value);
            end = value.End;
            at = limit + 1;
        }

        if (values.Count == 0 || (values.Count == 1 && bullets == 0)) return null;
        return new ClauseReading(string.Join(", ", values), end, ClauseKind.Value);
    }

    private static bool IsBlankLine(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '*' or '_' or ':') at++;
        return at < text.Length && text[at] == '\n';
    }

    /// <summary>Where the text goes on behind a mark, on its line or below; -1 where it does not, or goes on with a heading.</summary>
    private static int Content(string text, int at)
    {
        for (var lines = 0; at < text.Length && lines < 6;)
        {
            if (text[at] == '\n')
            {
                lines++;
                at++;
                if (Rule().Match(text, at) is { Success: true, Length: > 0 } rule) at += rule.Length;
                if (at < text.Length && text[at] == '#') return -1;
            }
            else if (char.IsWhiteSpace(text[at]) || text[at] is ':' or '：') at++;
            else return at;
        }

        return -1;
    }

    private static string FirstWord(string words)
    {
        var end = words.AsSpan().IndexOfAny(" ,;:");
        return (end < 0 ? words : words[..end]).Trim('*', '"', '.');
    }

    [GeneratedRegex(@"\G(?:[\s:：≈~→⇒≡,，、}]|=|—\s*|\\(?:approx|quad|qquad|,|;|:|!|displaystyle|implies|Rightarrow|therefore|Large|large|huge|Huge)(?![A-Za-z])|\\text(?:bf|it|rm)?\s*\{(?!\s*\()|[\u2600-\u27BF]|[\uD83C-\uD83E][\uDC00-\uDFFF]\uFE0F?|Rs\.?(?=\s?\d)|US(?=\$)|(?:" + AnswerWords.LeadIns + @")(?![A-Za-z])|(?:[A-Za-z]{3,20}[ \t]+){0,3}[a-z]{3,20}[ \t]*=)*", Options, 1000)]
    public static partial Regex Lead();

    [GeneratedRegex(@"(?<![A-Za-z])(?:of\s+[^\s,;.]{1,20}\s+)?(?:is|are|was|were|be|equals?|totals?|comes to|becomes|=)(?![A-Za-z])\s*", Options, 1000)]
    private static partial Regex Copula();

    [GeneratedRegex(@"(?<![A-Za-z])(?:which|that|this|it|there)\s+(?:is|are|equals|gives|makes|comes to|=)(?![A-Za-z])\s*", Options, 1000)]
    private static partial Regex WhichIs();

    [GeneratedRegex(@"(?<![A-Za-z])(?:so|therefore|thus|hence|then|which|making|if|when|where|of|giving)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Consequence();

    [GeneratedRegex(@"(?<![A-Za-z])(?:not|n't|or|maybe|perhaps|possibly|between|at least|at most|more than|less than|fewer than|greater than|over|under|up to|either|except)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Doubt();

    /// <summary>Where a reason begins, in an answer of words.</summary>
    [GeneratedRegex(@"\s{0,3}[,，]\s{0,3}(?:which|because|since|as|so|where|but|not|making|meaning|i\.e\.)(?![A-Za-z])|\s{1,3}(?:because|since)(?![A-Za-z])|\s{1,3}—\s{1,3}|\s{0,3}\((?:since|because|as|i\.e\.|which)(?![A-Za-z])|</", Options, 1000)]
    private static partial Regex Reason();

    [GeneratedRegex(@"^(?<word>yes|no|true|false)\s*[,—–;-]\s*(?!or\b|maybe\b|perhaps\b)", Options, 1000)]
    private static partial Regex YesNo();

    [GeneratedRegex(@"(?:\s|\\[)\]]|[$`|}*]){1,40}$", Options, 1000)]
    private static partial Regex Closers();

    /// <summary>Three words or more at the beginning: a sentence.</summary>
    [GeneratedRegex(@"^[A-Z][A-Za-z']* +[A-Za-z']+ +[A-Za-z'$\\(0-9]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?<![\w.])[$€£]?\d[\d,]*(?:\.\d+)?", RegexOptions.CultureInvariant, 1000)]
    public static partial Regex Numbers();

    [GeneratedRegex(@"\G[ \t]{0,8}(?:[-*•+]|\d{1,2}[.)])[ \t]{1,8}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\G[ \t]{0,8}(?:-{3,}|={3,}|_{3,}|\*{3,})[ \t]{0,8}(?=\n)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rule();

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;
}
