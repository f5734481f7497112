using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// How the length of completions has changed since the stage began, of right and of wrong answers apart: wrong ones that grow
/// <c>threshold</c> times as much as right ones, or right ones that shrink to less than 1 / <c>threshold</c>. Growth that pays shows in both.
/// </summary>
internal static class LengthDriftAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "length_drift", 2,
        "Length is changing where it does not pay. Wrong answers that run on waste the budget; right answers that shrink drop the thought that made them right.",
        "Wrong ones grow: divide by a constant instead of each length (dr_grpo, or dapo's aggregation), or punish length softly (a reward of kind overlong). Right ones shrink: look for a reward of length, and reward steps (kind all_steps_right).",
        (trace, threshold) =>
        {
            if (Growth(trace, m => m.CompletionLengthRight) is not { } right) return null;
            if (right < 1 / threshold) return string.Create(CultureInfo.InvariantCulture, $"right answers have {right:0.##} times the length they began with (alarm below {1 / threshold:0.##})");
            return Growth(trace, m => m.CompletionLengthWrong) is { } wrong && wrong > threshold * right
                ? string.Create(CultureInfo.InvariantCulture, $"wrong answers have become {wrong:0.##} times as long, right ones {right:0.##} times (alarm where the first is above {threshold:0.##} times the second)")
                : null;
        });

    private static double? Growth(HealthTrace trace, Func<SampleMetrics, RunMetric> length) => trace.Early(length) is { } early && trace.Recent(length) is { } recent && early > 0 ? recent / early : null;
}
