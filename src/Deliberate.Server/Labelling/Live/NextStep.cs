using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Server;

/// <summary>
/// What a model is asked for the next step of a solution, and what of its reply is that step. A checkpoint goes on with the solution as
/// its own; one that thinks has the steps as lines of its thought, and the last of them brings the answer, as in PRM800K. A provider's
/// model, which cannot be made to go on, is told the steps and asked for one more.
/// </summary>
internal static class NextStep
{
    /// <summary>Of a step; a model that writes on without an end is cut off.</summary>
    public const int MostTokens = 256;

    private const string Mark = "# Answer";

    /// <param name="problem">What was asked.</param>
    /// <param name="steps">So far.</param>
    /// <param name="separator">What ends a step.</param>
    /// <param name="opening">What the model begins a thought with; empty where it does not think, or its prompt opens the thought.</param>
    public static IReadOnlyList<ChatMessage> Continued(string problem, IReadOnlyList<string> steps, string separator, string opening)
    {
        var begun = opening + string.Concat(steps.Select(s => s + separator));
        return begun.Length == 0 ? [new ChatMessage("user", problem)] : [new ChatMessage("user", problem), new ChatMessage("assistant", begun)];
    }

    public static IReadOnlyList<ChatMessage> Told(string problem, IReadOnlyList<string> steps) =>
    [
        new ChatMessage("user", $"A problem is solved step by step. Write the next step alone, in one or two sentences, without a number or heading before it. A step that reaches the answer ends with an empty line, \"{Mark}\", an empty line and the answer.\n\nPROBLEM\n{problem}\n\nSTEPS SO FAR\n{(steps.Count == 0 ? "(none)" : string.Join('\n', steps.Select((s, i) => FormattableString.Invariant($"{i + 1}. {s}"))))}\n\nNEXT STEP"),
    ];

    /// <summary>The step that a completion begins with; empty where the solution ends instead, null where the step has no end.</summary>
    /// <param name="completion">Behind the steps so far.</param>
    /// <param name="separator">What ends a step.</param>
    /// <param name="thinks">Whether it goes on within a thought.</param>
    /// <param name="isCut">Whether its tokens ran out.</param>
    public static string? Of(string completion, string separator, bool thinks, bool isCut)
    {
        var (end, closing) = thinks && ThinkingTags.ClosedFirst(completion) is { } tags ? (completion.IndexOf(tags.Close, StringComparison.Ordinal), tags.Close) : (-1, "");
        var before = end >= 0 ? completion[..end] : completion;
        string[] parts = before.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (end >= 0 && parts.Length <= 1)
        {
            var answer = completion[(end + closing.Length)..].Trim();
            if (answer.Length > 0 && !isCut) return $"{(parts.Length == 1 ? parts[0] + "\n\n" : "")}{Mark}\n\n{answer}";
        }

        if (parts.Length == 0) return isCut ? null : "";
        return parts.Length == 1 && isCut && end < 0 && !before.TrimStart().Contains(separator, StringComparison.Ordinal) ? null : parts[0];
    }

    /// <summary>A provider's step: all that it said.</summary>
    public static string? OfTold(string text, bool isCut) => isCut ? null : text.Trim();

    /// <summary>Whether there is nothing behind a step to be asked for.</summary>
    public static bool IsEnd(IReadOnlyList<string> steps) => steps.Count > 0 && FamilyLabels.AnswerOf(steps[^1]) is not null;
}
