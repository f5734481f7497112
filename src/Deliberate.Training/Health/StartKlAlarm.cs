using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// KL from the policy that reinforcement learning began with, in nats a token: that to the reference where the objective has one,
/// else the one measured every <c>health.kl_every</c> steps. Threshold: the largest that is well.
/// </summary>
internal static class StartKlAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "start_kl", 0.3,
        "The policy has gone far from what it was when reinforcement learning began: what it knew then may be lost, and a reward that rises now may be a reward that is tricked.",
        "Look at samples of this step (deliberate runs samples). Lower the learning rate, make fewer updates, or hold it back with options.kl_coefficient.",
        (trace, threshold) => (trace.LastOf("policy/reference_kl_k3") ?? trace.LastOf("policy/start_kl_k3")) is { } distance && distance > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"the policy is {distance:0.##} nats a token from where it began (alarm above {threshold:0.##})")
            : null);
}
