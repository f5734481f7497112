using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// The answer that a reference marks, where the reference is a whole worked solution, as published data sets have it: GSM8K's
/// <c>answer</c> column (<c>#### 18</c> on its last line, calculator annotations <c>&lt;&lt;48/2=24&gt;&gt;</c>, or <c>A: 18</c> in
/// their samples), MATH's <c>solution</c> (<c>\boxed{18}</c>), PRM800K's (<c># Answer</c>). Only marks that no bare answer holds
/// count: a sentence such as "the answer is 18" may itself be the reference of a grader of words.
/// </summary>
internal static partial class ReferenceAnswer
{
    /// <returns>Null where nothing is marked: then the reference is the answer itself.</returns>
    public static string? Of(string reference)
    {
        var plain = Annotation().Replace(reference, "");
        if (Labelled().Match(plain) is { Success: true } labelled) plain = "#### " + labelled.Groups["answer"].Value;
        else if (!Mark().IsMatch(plain)) return null;

        // A box or a tag is what its author meant, whatever is said around it.
        return (AnswerStatements.Last(plain, truncated: true) ?? AnswerStatements.Last(plain, truncated: false))?.Value is { Length: > 0 } answer ? answer : null;
    }

    [GeneratedRegex(@"^\s{0,8}####(?!#)|\\(boxed|fbox)\b|</answer>|^\#{1,6}\s{1,8}(final\s{1,8})?answer\s{0,8}:?\s{0,8}$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"<<[^<>\n]{1,200}=[^<>\n]{0,200}>>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Annotation();

    [GeneratedRegex(@"\nA:[ \t]{0,8}(?<answer>[^\n]{1,400})\s*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Labelled();
}
