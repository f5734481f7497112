using System.Globalization;

namespace Deliberate.Training;

/// <summary>Share of judged samples without an answer that could be read. Threshold: the largest share that is well.</summary>
internal static class UnreadableAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "unreadable", 0.5,
        "These completions hold no answer that could be read, and earn the worst reward whatever they got right: the policy is taught the form of an answer, not the answer.",
        "Look at some of them (deliberate runs samples says why): where the answers are there and not found, change problems.answer_format or the grader; where they are cut off, raise max_tokens; else say the form in the prompts, or train the base longer on it.",
        (trace, threshold) => trace.Recent(m => m.Unscored) is { } share && share > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"{share:0%} of the samples have no answer that could be read (alarm above {threshold:0%})")
            : null);
}
