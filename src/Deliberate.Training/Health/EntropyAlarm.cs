using System.Globalization;

namespace Deliberate.Training;

/// <summary>Mean entropy of the policy in nats a token. Threshold: the least that is well.</summary>
internal static class EntropyAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "entropy", 0.005,
        "The policy writes nearly the same text again and again: it explores nothing, and its samples hardly differ.",
        "If it solves its problems, it is done: stop, or raise the level. Else go back to an earlier checkpoint with a lower learning rate, or a higher reinforcement.temperature; raise options.epsilon_high, or add options.entropy_coefficient.",
        (trace, threshold) => trace.Recent(ObjectiveMetrics.Entropy) is { } entropy && entropy < threshold
            ? string.Create(CultureInfo.InvariantCulture, $"the entropy is {entropy:0.####} nats a token (alarm below {threshold:0.####})")
            : null);
}
