using System.Globalization;

namespace Deliberate.Training;

/// <summary>Share of completions that the token budget cut off. Threshold: the largest share that is well.</summary>
internal static class TruncationAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "truncation", 0.5,
        "A completion that is cut off has no answer and counts as wrong, however good its thought was: the policy learns to be short instead of to be right.",
        "Raise max_tokens (and evaluation.max_tokens), train the base longer so that it knows how texts end, or punish length softly (a reward of kind overlong).",
        (trace, threshold) => trace.Recent(m => m.Truncated) is { } share && share > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"{share:0%} of the completions are cut off by the token budget (alarm above {threshold:0%})")
            : null);
}
