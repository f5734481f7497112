using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// The largest difference, in nats, between the log-probability that the sampler recorded for a token and the one that the trainer
/// computes for it with the same weights. One engine does both: it is exactly 0 unless sampling had less precision.
/// </summary>
internal static class SamplerMismatchAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "sampler_mismatch", 1e-3,
        "The policy that sampled is not the policy that is trained, and every importance ratio is off by as much.",
        "Sample in full precision (F32 weights and cache, adapter not merged), or correct the ratios; in full precision this is a defect of the program, please report it.",
        (trace, threshold) => trace.LastOf(ReinforcementMetrics.SamplerMismatch) is { } mismatch && !(mismatch <= threshold)
            ? string.Create(CultureInfo.InvariantCulture, $"sampler and trainer differ by up to {mismatch:0.####} nats on a token (alarm above {threshold:0.####})")
            : null);
}
