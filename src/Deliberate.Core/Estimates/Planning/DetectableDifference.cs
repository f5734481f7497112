namespace Deliberate.Core;

/// <summary>
/// The least true difference of two shares that the items which both were measured on find, at the level and power of
/// <see cref="SamplePower"/>: what to say beside a difference that is not told from none. (z_{α/2} + z_β) SE, SE that of the
/// measured differences, items being the clusters (Miller 2024, section 5). Where at most three items differ, their spread says
/// little, and it is planned as <c>eval plan</c> does from the first share alone: the δ at which a change from p to p + δ is found,
/// outcomes correlating by 0.5 and half of the variance within items.
/// </summary>
internal static class DetectableDifference
{
    /// <summary>So few items say nothing of how differences are spread, as in <see cref="ShareInterval"/>.</summary>
    private const int Few = 3;

    private const double Correlation = 0.5, Within = 0.5;

    /// <summary>Null where no difference would be found, so few items there are.</summary>
    public static double? Of<TItem>(ItemValues<TItem> from, ItemValues<TItem> to)
        where TItem : notnull
    {
        var common = ItemValues<TItem>.Common(from, to);
        if (common.To.Items == 0 || !common.From.IsFinite || !common.To.IsFinite) return null;
        double[] first = common.From.Means(), second = common.To.Means();
        var (power, n) = (new SamplePower(), first.Length);
        var differing = first.Zip(second).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-9);
        if (differing > Few && PairedDifference.Of(second, first).Difference.StandardDeviation is { } deviation) return power.Detectable(n, deviation);
        return Planned(power, n, first.Average(), Math.Max(1, Math.Min(common.From.Samples, common.To.Samples) / n));
    }

    /// <summary>By bisection, away from the nearer end of 0 and 1: there the variance grows.</summary>
    private static double? Planned(SamplePower power, int n, double share, int samples)
    {
        var rare = Math.Min(share, 1 - share);
        double low = 0, high = 1 - rare;
        bool IsFound(double difference) => power.PowerOf(n, difference, SamplePower.Deviation(rare, rare + difference, Correlation, Within, samples)) >= power.Power;
        // A certain change, from 0 to 1, has no variance: what is asked for is a little less.
        if (!IsFound(high * (1 - 1e-6))) return null;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (IsFound(middle)) high = middle;
            else low = middle;
        }

        return high;
    }
}
