using System.Globalization;

namespace Deliberate.Training;

/// <summary>Share of groups whose rewards have zero standard deviation, of those drawn first. Threshold: the largest share that is well.</summary>
internal static class FlatGroupsAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "flat_groups", 0.9,
        "In these groups every sample got the same reward, so they have no advantage and teach nothing: most of the sampling is wasted.",
        "Choose levels that are sometimes right and sometimes wrong (family.levels, or a curriculum), draw more samples a problem (reinforcement.samples), or let dynamic_sampling replace such problems.",
        (trace, threshold) => trace.Recent(m => m.ZeroDeviation) is { } share && share > threshold
            ? string.Create(CultureInfo.InvariantCulture, $"{share:0%} of the groups have the same reward throughout (alarm above {threshold:0%})")
            : null);
}
