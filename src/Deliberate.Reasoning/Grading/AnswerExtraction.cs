using System.Text.RegularExpressions;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>Where in a completion the final answer stands.</summary>
public enum AnswerFormat
{
    /// <summary>Behind one of the marks that <see cref="AnswerExtraction"/> knows; without a mark there is no answer.</summary>
    Marked,

    /// <summary>All of the text after the thought.</summary>
    Whole,

    /// <summary>As <see cref="Marked"/>, and without a mark the last number in the text. Lenient: it reads answers that were not meant as such.</summary>
    LastNumber,
}

/// <summary>
/// The final answer of a completion. A thought is never searched, by whatever tags models mark it, and while it is unfinished there
/// is no answer. Statements of an answer (a box, a tag, "the answer is", a label or a heading, <c>####</c>, "the correct option is")
/// are read where they stand, each cut to its value by rules that never see a reference, and of the clearest ones the last counts;
/// docs/own-problems.md lists them with what is read from them. Runs in time linear in the text: every search is bounded.
/// </summary>
public static partial class AnswerExtraction
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.RightToLeft;

    /// <param name="completion">Without its end-of-text token.</param>
    /// <param name="format">Where to look.</param>
    /// <param name="truncated">Whether the token budget ended it: then only what is closed (a box, a tag) is an answer.</param>
    /// <param name="prompt">What the model was given, or its end: where that is an opening tag (<c>&lt;think&gt;</c>), the completion begins within the thought.</param>
    /// <returns>Null where there is no answer; an empty box is an empty answer.</returns>
    public static string? Extract(string completion, AnswerFormat format = AnswerFormat.Marked, bool truncated = false, string prompt = "") =>
        ThinkingSplit.Of(completion, prompt).Answer is { } text ? Find(text, format, truncated) : null;

    /// <param name="text">What stands behind the thought.</param>
    internal static string? Find(string text, AnswerFormat format, bool truncated)
    {
        if (format == AnswerFormat.Whole) return truncated || string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        var statement = AnswerStatements.Last(text, truncated);
        if (statement is not null || truncated) return statement?.Value;
        return format == AnswerFormat.LastNumber && Number().Match(text) is { Success: true } number ? number.Value.TrimEnd(',') : null;
    }

    [GeneratedRegex(@"-?(\d[\d,]{0,40}(\.\d{1,40})?|\.\d{1,40})", Options, 1000)]
    private static partial Regex Number();
}
