using System.Globalization;

namespace Deliberate.Training;

/// <summary>Share of samples that the verifier failed on, however often it was asked. Threshold: the largest share that is well.</summary>
internal static class HarnessErrorsAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "harness_errors", 0.01,
        "The verifier itself failed on these samples, so they are left out of their groups: what is trained on is a selection by the verifier's faults.",
        "Try the verifier on the completions that it failed on (deliberate runs samples shows them with the reason, deliberate verify asks again); raise timeout_s, memory_mb or retries, or lower parallel, where the machine is the cause.",
        (trace, threshold) => trace.Recent(m => m.HarnessErrorShare) is { } share && share > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"the verifier failed on {share:0.#%} of the samples (alarm above {threshold:0.#%})")
            : null);
}
