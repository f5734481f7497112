using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// Multiple choice: one letter or several. <c>B</c>, <c>(b)</c>, <c>\text{B}</c>, <c>B.</c>, <c>option B</c> and <c>B) 42</c> are the
/// letter B; several letters are a set, however they are joined. Two letters where one is asked for are wrong; a text without a
/// letter is not readable.
/// </summary>
internal sealed partial class ChoiceGrader : IAnswerGrader
{
    private const int LongestAnswer = 1000, MostWrappers = 4;

    public string Name => "choice";

    public string Description => "the letter of multiple choice, or a set of letters";

    public AnswerMatch Compare(string reference, string answer)
    {
        if (Letters(reference) is not { } wanted || Letters(answer) is not { } given) return AnswerMatch.Unreadable;
        return wanted == given ? AnswerMatch.Equal : AnswerMatch.Different;
    }

    public string? Objection(string reference) => Letters(reference) is null ? "It is not a letter, nor several." : null;

    /// <summary>The letters, in upper case, in order, each once; null where the text is no choice.</summary>
    internal static string? Letters(string text) => Sequence(text) is { } letters ? new string([.. letters.Distinct().Order()]) : null;

    /// <summary>The letters as they stand, in upper case.</summary>
    internal static string? Sequence(string text)
    {
        if (text.Length > LongestAnswer || MathText.Clean(text) is not { } bare) return null;
        for (var i = 0; i < MostWrappers && Wrapper().IsMatch(bare); i++) bare = Wrapper().Replace(bare, "${inside}");
        bare = Named().Replace(bare.Trim().Trim('*', '{', '}').Trim(), "");
        var alone = Labelled().Match(bare);
        if (alone.Success && !Several().IsMatch(bare)) return string.Concat(Another().Matches(bare).Select(m => m.Groups["letter"].Value).Prepend(alone.Groups["letter"].Value)).ToUpperInvariant();
        if (!Several().IsMatch(bare)) return null;
        var letters = new string([.. Joint().Replace(bare, "").ToUpperInvariant().Where(char.IsAsciiLetterUpper)]);
        return letters.Length == 0 ? null : letters;
    }

    [GeneratedRegex(@"\\(text|textbf|textit|textrm|textsf|texttt|textnormal|emph|mathrm|mathbf|mathit|mathsf|mathtt|mbox|boxed|fbox|boldsymbol|bm|underline|operatorname)\s*\{(?<inside>[^{}]*)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Wrapper();

    /// <summary>What a letter is called.</summary>
    [GeneratedRegex(@"^(option|choice|answer|alternative)s?\s*:?\s+(?=\(?[A-Za-z]\b)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();

    /// <summary>One letter, alone or as the label of what follows: <c>B</c>, <c>(B)</c>, <c>B) 42</c>, <c>B. Paris</c>.</summary>
    [GeneratedRegex(@"^[\[(]?(?<letter>[A-Za-z])\s*([).\]:]\s*$|\s*$|[).\]:]\s+\S)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Labelled();

    /// <summary>A second label in what follows the first: <c>B) Paris or C) Rome</c>, <c>(B), maybe (C)</c>.</summary>
    [GeneratedRegex(@"(?<![A-Za-z])[\[(](?<letter>[A-J])[)\]]|(\b(?i:and|or)\b|[,;/])\s{0,4}(?<letter>[A-Za-z])[).\]:](?=\s|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Another();

    /// <summary>Upper-case letters, or single ones joined by commas, spaces, "and" and "or".</summary>
    [GeneratedRegex(@"^([A-Z]{2,10}|\(?[A-Za-z]\)?(([\s,;&]|\band\b|\bor\b)+\(?[A-Za-z]\)?(?![A-Za-z]))+)[.]?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Several();

    [GeneratedRegex(@"\band\b|\bor\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Joint();
}
