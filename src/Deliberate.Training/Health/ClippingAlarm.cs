using System.Globalization;

namespace Deliberate.Training;

/// <summary>Share of tokens (of sequences, for sequence-level objectives) whose importance ratio is clipped. Threshold: the largest share that is well.</summary>
internal static class ClippingAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "clip_fraction", 0.3,
        "The updates of a step go so far from the policy that sampled that the clip holds much of the gradient back: the later updates learn little, and from stale samples.",
        "Lower the learning rate, make fewer updates a step (reinforcement.updates), or sample more prompts for each.",
        (trace, threshold) => trace.Recent(ObjectiveMetrics.ClipFraction) is { } share && share > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"{share:0%} of the ratios are clipped (alarm above {threshold:0%})")
            : null);
}
