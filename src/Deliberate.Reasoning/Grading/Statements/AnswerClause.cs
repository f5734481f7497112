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
        at += Adverbs().Match(text, at).Length;
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
        if (Line(bare, 0, label: true) is not { Kind: ClauseKind.Value } read) return bare;
        if (Sentences.IsBlank(bare, read.End, bare.Length)) return read.Value;

        // A sentence is read as one that follows a label, with the corrections in it.
        return Opening().IsMatch(bare) || Remark().IsMatch(bare, Sentences.SkipClosers(bare, read.End)) ? AnswerStatements.Last("Answer: " + bare, truncated: false)?.Value ?? bare : bare;
    }

    /// <summary>Without spaces, the marks of one formula or of bold type, and a full stop around it.</summary>
    public static string Bare(string answer)
    {
        var bare = answer.AsSpan().Trim();
        while (true)
        {
            var before = bare.Length;
            if (bare.EndsWith(".") && !bare.EndsWith("..") || bare.EndsWith("。")) bare = bare[..^1].TrimEnd();
            if (bare.Length > 1 && bare[0] == '$' && bare[^1] == '$' && !bare.Trim('$').Contains("$", StringComparison.Ordinal)) bare = bare.Trim('$').Trim();
            if (bare.Length > 3 && bare.StartsWith("**") && bare.EndsWith("**") && !bare[2..^2].Contains("**", StringComparison.Ordinal)) bare = bare[2..^2].Trim();
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
        if ((value.Kind == ValueKind.Maths ? (IsShare(value.Text) ? ShareIs() : Copula()) : Arrow()).Match(text, rest, Math.Max(0, limit - rest)) is { Success: true, Index: var be } copula && be == rest && Direct(text, be + copula.Length, limit) is { Kind: ClauseKind.Value } said) return said;
        var (joined, end) = AnswerOffers.Read(text, Choice(value.Text), value.End);
        return new ClauseReading(Bare(joined), end, ClauseKind.Value);
    }

    private static bool IsShare(string value) => value.EndsWith('%') || value.Contains('/', StringComparison.Ordinal) || value.Contains("frac", StringComparison.Ordinal);

    /// <summary>The letter of a choice however it is set; anything else as it is, such as a Roman numeral.</summary>
    public static string Choice(string value) => value.Any(char.IsAsciiLetterUpper) && !value.All(c => c is 'I' or 'V' or 'X') && ChoiceGrader.Letters(value) is { Length: 1 } letter ? letter : value;

    private static ClauseReading Words(string text, int at, bool label)
    {
        var end = Sentences.End(text, at);
        var sentence = text[at..end];
        if (AnswerWords.IsPlaceholder(sentence)) return default;
        if (!Compared().IsMatch(sentence) && Said(text, at, end, label) is { } said) return said;
        var cut = Reason().Match(sentence, Math.Min(1, sentence.Length));
        var words = Bare((cut.Success ? sentence[..cut.Index] : sentence).Trim().TrimEnd(',', ';', ':'));
        if (!cut.Success && AnswerOffers.Afterthought().Match(text, end, Math.Min(200, text.Length - end)) is { Success: true } after) words = $"{words} or {Bare(text[(end + after.Length)..Sentences.End(text, end + after.Length)])}";
        if (YesNo().Match(words) is { Success: true } yes) words = yes.Groups["word"].Value;
        words = Unopened(Closers().Replace(Openers().Replace(words, ""), ""));
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

    /// <summary>Without a bracket at the end that was opened before the mark: "(Answer: Paris)".</summary>
    private static string Unopened(string words)
    {
        while (words.Length > 0 && words[^1] is ')' or ']' && words.Count(c => c is '(' or '[') < words.Count(c => c is ')' or ']')) words = words[..^1];
        return words;
    }

    private static string FirstWord(string words)
    {
        var end = words.AsSpan().IndexOfAny(" ,;:");
        return (end < 0 ? words : words[..end]).Trim('*', '"', '.');
    }

    /// <summary>Words behind the mark that belong to it, be the value what it may.</summary>
    [GeneratedRegex(@"\G(?:\s{0,3}(?:therefore|thus|hence|then|simply|just|indeed|actually|clearly|probably|likely|definitely|certainly|obviously)(?=[\s:,]),?)*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Adverbs();

    [GeneratedRegex(@"\G(?:[\s:：≈~→⇒≡,，、}]|=|—\s*|\*{1,3}(?=\S)|\((?:after|in|to|when|if|rounded|for|as|using|with|simplified|measured|correct)(?![A-Za-z])[^()\n]{0,40}\)|\\(?:approx|quad|qquad|,|;|:|!|displaystyle|implies|Rightarrow|therefore|Large|large|huge|Huge)(?![A-Za-z])|\\text(?:bf|it|rm)?\s*\{(?!\s*\()|[\u2600-\u27BF]|[\uD83C-\uD83E][\uDC00-\uDFFF]\uFE0F?|Rs\.?(?=\s?\d)|US(?=\$)|(?:" + AnswerWords.LeadIns + @")(?![A-Za-z])|(?:[A-Za-z]{3,20}[ \t]+){0,3}[a-z]{3,20}[ \t]*=)*", Options, 1000)]
    public static partial Regex Lead();

    private const string Be = @"(?:(?<![A-Za-z])(?:is|are|was|were|be|equals?|totals?|comes to|becomes)(?![A-Za-z])|=>?|->|→|⇒|⟹)\s*";

    [GeneratedRegex(Be, Options, 1000)]
    private static partial Regex Copula();

    /// <summary>"20% of 50 is 10".</summary>
    [GeneratedRegex(@"(?:of\s+[^\s,;.]{1,20}\s+)?" + Be, Options, 1000)]
    private static partial Regex ShareIs();

    [GeneratedRegex(@"(?:=>|->|→|⇒|⟹)\s*", Options, 1000)]
    private static partial Regex Arrow();

    [GeneratedRegex(@"(?<![A-Za-z])(?:which|that|this|it|there)\s+(?:is|are|equals|gives|makes|comes to|=)(?![A-Za-z])\s*", Options, 1000)]
    private static partial Regex WhichIs();

    [GeneratedRegex(@"(?<![A-Za-z])(?:so|therefore|thus|hence|then|which|making|if|when|where|of|giving)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Consequence();

    [GeneratedRegex(@"(?<![A-Za-z])(?:not|n't|or|maybe|perhaps|possibly|between|at least|at most|more than|less than|fewer than|greater than|over|under|up to|either|except|but|anything)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Doubt();

    /// <summary>Words that make what follows a bound, or deny it.</summary>
    [GeneratedRegex(@"^\s{0,4}(?:at least|at most|more than|less than|fewer than|greater than|up to|not|anything but|no)(?![A-Za-z])", Options, 1000)]
    private static partial Regex Compared();

    /// <summary>Where a reason begins, in an answer of words.</summary>
    [GeneratedRegex(@"\s{0,3}[,，]\s{0,3}(?:which|because|since|as|so|where|but|not|making|meaning|i\.e\.)(?![A-Za-z])|\s{1,3}(?:because|since)(?![A-Za-z])|\s{1,3}—\s{1,3}(?!or\b|maybe\b|perhaps\b|possibly\b)|(?<![\d\s])\s{1,3}[-–]\s{1,3}(?!or\b|maybe\b|perhaps\b|possibly\b)(?=(?-i:[a-z]))|;\s{1,3}(?!or\b|maybe\b|perhaps\b|possibly\b|alternatively\b)(?=(?-i:[a-z]))|\s{0,3}\((?:since|because|as|i\.e\.|which)(?![A-Za-z])|</", Options, 1000)]
    private static partial Regex Reason();

    [GeneratedRegex(@"^(?<word>yes|no|true|false)\s*[,—–;-]\s*(?!or\b|maybe\b|perhaps\b)", Options, 1000)]
    private static partial Regex YesNo();

    [GeneratedRegex(@"(?:\s|\\[)\]]|[$`|}*]|[\u2600-\u27BF]|[\uD83C-\uD83E][\uDC00-\uDFFF]\uFE0F?){1,40}$", Options, 1000)]
    private static partial Regex Closers();

    [GeneratedRegex(@"^[\s}*]{1,10}", Options, 1000)]
    private static partial Regex Openers();

    /// <summary>Three words or more at the beginning: a sentence.</summary>
    [GeneratedRegex(@"^[A-Z][A-Za-z']* +[A-Za-z']+ +[A-Za-z'$\\(0-9]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Opening();

    /// <summary>What follows a value in a sentence.</summary>
    [GeneratedRegex(@"\G(?:[.,;:—–(-]\s{0,3})?(?:[a-z]{2,}|I|It|The|This|That)(?![A-Za-z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Remark();

    [GeneratedRegex(@"(?<![\w.])[$€£]?\d[\d,]*(?:\.\d+)?", RegexOptions.CultureInvariant, 1000)]
    public static partial Regex Numbers();

    [GeneratedRegex(@"\G[ \t]{0,8}(?:[-*•+]|\d{1,2}[.)])[ \t]{1,8}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\G[ \t]{0,8}(?:-{3,}|={3,}|_{3,}|\*{3,})[ \t]{0,8}(?=\n)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rule();

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;
}
