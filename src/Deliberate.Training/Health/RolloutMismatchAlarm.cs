using System.Globalization;

namespace Deliberate.Training;

/// <summary>How far a server's log-probabilities of what it sampled are from the trainer's of the same weights, in nats a token: reduced precision is the normal case, more than that is not.</summary>
internal static class RolloutMismatchAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "rollout_mismatch", 0.1,
        "The servers sample from another distribution than the one that is trained: importance weights make up for a little of that, and cost samples.",
        "Give the servers more precision (float32 or bfloat16 in place of quantised weights or caches), or lower rollout_servers.tolerance so that they are not sampled from.",
        (trace, threshold) => trace.LastOf(CorrectionMetrics.RolloutDifference) is { } mean && !(mean <= threshold)
            ? string.Create(CultureInfo.InvariantCulture, $"servers of rollouts and trainer differ by {mean:0.####} nats a token on the samples of this step (alarm above {threshold:0.####})")
            : null);
}
