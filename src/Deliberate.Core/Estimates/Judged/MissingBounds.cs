namespace Deliberate.Core;

/// <summary>
/// What a rate can be where some items have no outcome (Manski 1990): none of the missing counts, or all do. Nothing is assumed of them;
/// the rate among those that have one assumes that the missing are like them.
/// </summary>
/// <param name="Lower">No missing item counts.</param>
/// <param name="Upper">All do.</param>
/// <param name="CompleteCase">Among the items that have an outcome; null where none has.</param>
internal readonly record struct MissingBounds(double Lower, double Upper, double? CompleteCase)
{
    /// <param name="counted">Items for which it holds.</param>
    /// <param name="missing">Items without an outcome.</param>
    /// <param name="all">Of all.</param>
    public static MissingBounds Of(int counted, int missing, int all)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(counted);
        ArgumentOutOfRangeException.ThrowIfNegative(missing);
        ArgumentOutOfRangeException.ThrowIfLessThan(all, Math.Max(1, counted + missing));
        return new MissingBounds((double)counted / all, (double)(counted + missing) / all, missing < all ? (double)counted / (all - missing) : null);
    }

    /// <summary>The same of shares by item, with the uncertainty of sampling besides: from the interval of the least to that of the largest.</summary>
    /// <param name="values">A share an item, NaN where it is missing, by cluster.</param>
    public static Estimate Over(IReadOnlyList<double> values, IReadOnlyList<int> clusters)
    {
        double[] least = [.. values.Select(v => double.IsNaN(v) ? 0 : v)], most = [.. values.Select(v => double.IsNaN(v) ? 1 : v)];
        int[] groups = [.. clusters];
        var (low, high) = (ShareInterval.Clustered(least, groups, least.Length), ShareInterval.Clustered(most, groups, most.Length));
        double[] known = [.. values.Where(v => !double.IsNaN(v))];
        if (known.Length == values.Count) return low;
        return new Estimate(known.Length == 0 ? double.NaN : known.Average(), new Interval(low.Low, high.High), low.N, low.Clusters, known.Length, EstimateMethod.MissingBounds);
    }
}
