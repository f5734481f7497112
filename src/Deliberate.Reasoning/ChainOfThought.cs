using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// The text of a completion: <c>&lt;think&gt;</c>, steps separated by newlines, <c>&lt;/think&gt;</c>, the answer. The prompts of our
/// own models end before <c>&lt;think&gt;</c>: the model opens the thought itself; those of others may end with it, and their
/// tags may be other ones. A completion without tags is a direct answer (the control without chain of thought), so one parser
/// reads all. It never throws: where there is no answer it gives the reason.
/// </summary>
/// <param name="Thinking">The text between the tags; null for a direct answer.</param>
/// <param name="Steps">The lines of the thought, trimmed, empty ones left out.</param>
/// <param name="Answer">The text after the closing tag, trimmed; null where there is none to grade.</param>
/// <param name="Reason">Why there is no answer; null where there is one.</param>
public sealed record ChainOfThought(string? Thinking, IReadOnlyList<string> Steps, string? Answer, string? Reason)
{
    /// <summary>Of our own models.</summary>
    public const string OpeningTag = "<think>";

    public const string ClosingTag = "</think>";

    /// <summary>Both tags, as tokenizers of our own have them: no part of a text is left out with the special tokens.</summary>
    internal static IReadOnlyList<string> Tags { get; } = [OpeningTag, ClosingTag];

    /// <summary>An answer longer than this is not one: every family's answers are far shorter.</summary>
    public const int LongestAnswer = 256;

    /// <summary>Whether a thought was begun and not ended.</summary>
    public bool IsUnfinished { get; private init; }

    /// <summary>The completion that says these steps and then this answer.</summary>
    public static string Format(IEnumerable<string> steps, string answer) =>
        $"{OpeningTag}{string.Join('\n', steps)}{ClosingTag}{answer}";

    /// <param name="completion">What the model wrote, without its end-of-text token.</param>
    /// <param name="truncated">Whether the token budget cut it off: then its last number may be half a number, and counts as none.</param>
    /// <param name="prompt">What the model was given, or its end: where that is an opening tag, the completion begins within the thought.</param>
    public static ChainOfThought Parse(string? completion, bool truncated = false, string prompt = "")
    {
        var text = completion ?? "";
        var split = ThinkingSplit.Of(text, prompt);
        if (split.Thinking is not { } thinking || split.LacksOpening)
            return Judge(null, [], text, ThinkingTags.Occur(text) ? "no opening tag" : null, truncated, "empty completion") with { IsUnfinished = split.IsUnfinished };
        var steps = thinking.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (split is { IsUnfinished: true, Text: "" }) return new(thinking, steps, null, truncated ? "truncated" : "no closing tag") { IsUnfinished = true };
        var malformed = ThinkingTags.Occur(thinking) ? "second opening tag" : ThinkingTags.Occur(split.Text) ? "tag in the answer" : null;
        return Judge(thinking, steps, split.Text, malformed, truncated, "empty answer") with { IsUnfinished = split.IsUnfinished };
    }

    private static ChainOfThought Judge(string? thinking, IReadOnlyList<string> steps, ReadOnlySpan<char> answer, string? malformed, bool truncated, string whenEmpty)
    {
        answer = answer.Trim();
        var reason = truncated ? "truncated"
            : malformed is not null ? malformed
            : answer.IsEmpty ? whenEmpty
            : answer.Length > LongestAnswer ? "answer too long"
            : !IsText(answer) ? "answer is not valid text"
            : null;
        return new(thinking, steps, reason is null ? answer.ToString() : null, reason);
    }

    /// <summary>Whether there is neither half a surrogate pair nor the mark that a decoder leaves for bytes that are not UTF-8.</summary>
    private static bool IsText(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0xFFFD) return false;
        }

        return true;
    }
}
