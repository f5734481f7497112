using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// KL divergence from the reference policy, which is the one that reinforcement learning began with, in nats a token: in every step
/// where the objective has a KL term, else every <c>health.kl_every</c> steps. Threshold: the largest that is well.
/// </summary>
internal static class ReferenceKlAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "reference_kl", 0.3,
        "The policy has gone far from what it was when reinforcement learning began: what it knew then may be lost, and a reward that rises now may be a reward that is tricked.",
        "Look at samples of this step (deliberate runs samples). Lower the learning rate, make fewer updates, or hold it back with options.kl_coefficient.",
        (trace, threshold) => trace.LastOf(ObjectiveMetrics.ReferenceKlK3) is { } distance && distance > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"the policy is {distance:0.##} nats a token from the reference policy, where it began (alarm above {threshold:0.##})")
            : null);
}
