namespace Deliberate.Core;

/// <summary>
/// The interval of a share over items, each with a value between 0 and 1. One sample an item: Wilson's. Several: Wilson's with
/// the effective number of samples min(n, p (1 - p) / SE²), SE clustered by item, and Student's t with items - 1 degrees of
/// freedom for z. Few items that hold the rarer outcome, or none, cannot tell how strongly samples hang together: where at most
/// three do, they count as if all samples of an item were alike, so that n is the number of items. Near 0 and 1 Wilson's near
/// end lies too far in; there the end is Brown, Cai and DasGupta's ("Interval estimation for a binomial proportion", 2001,
/// section 4.1.1), for more than 50 items with at most three of the rarer outcome. Never without width, never outside [0, 1].
/// </summary>
internal static class ShareInterval
{
    /// <summary>So few items with the rarer outcome say nothing of how samples of an item hang together; so few successes need the other end.</summary>
    private const int Few = 3;

    /// <summary>Up to here Wilson's interval stays as it is.</summary>
    private const int Small = 50;

    private const double Rounding = 1e-9;

    /// <param name="items">A value between 0 and 1 for each item.</param>
    /// <param name="draws">How many independent values there would be if nothing hung together; the number of items where each has one.</param>
    /// <param name="samples">In all.</param>
    public static Estimate Of(ReadOnlySpan<double> items, double draws, int samples)
    {
        var n = items.Length;
        if (n == 0) return Estimate.Unmeasured();
        double sum = 0, variance = 0;
        int some = 0, rest = 0;
        foreach (var value in items)
        {
            if (value is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(items), value, "A share is between 0 and 1.");
            sum += value;
            if (value > 0) some++;
            if (value < 1) rest++;
        }

        var share = sum / n;
        foreach (var value in items) variance += (value - share) * (value - share) / ((double)n * n);
        var isSingle = draws <= n;
        var isFew = Math.Min(some, rest) <= Few;
        // At least n: values in [0, 1] vary by no more than p (1 - p).
        var effective = isSingle || isFew ? n : Math.Min(draws, variance > 0 ? share * (1 - share) / variance : draws);
        var critical = isSingle || n == 1 || some == 0 || rest == 0 ? Quantiles.TwoSidedNormal(Estimate.Confidence) : Quantiles.TwoSidedT(Estimate.Confidence, n - 1);
        var wilson = Proportion.Score(share, effective, critical);
        var interval = effective > Small ? Widened(wilson, share, effective) : wilson;
        return new Estimate(share, interval, n, n, samples, !isSingle ? EstimateMethod.ClusteredWilson : interval == wilson ? EstimateMethod.Wilson : EstimateMethod.ModifiedWilson);
    }

    /// <summary>
    /// The same of items of which those of one cluster hang together, each item counting the same: SE² = Σ_c (Σ (x - p))² / n²,
    /// clusters - 1 degrees of freedom. Where at most three clusters hold the rarer outcome, items of a cluster count as if all were
    /// alike: n is then (Σ m)² / Σ m², m the sizes of the clusters.
    /// </summary>
    /// <param name="items">A value between 0 and 1 for each item.</param>
    /// <param name="clusters">The cluster of each.</param>
    /// <param name="samples">In all.</param>
    public static Estimate Clustered(ReadOnlySpan<double> items, ReadOnlySpan<int> clusters, int samples)
    {
        if (items.Length != clusters.Length) throw new ArgumentException("A cluster an item.", nameof(clusters));
        var n = items.Length;
        var sizes = new Dictionary<int, (int Count, bool Some, bool Others, double Sum)>();
        var sum = 0.0;
        for (var i = 0; i < n; i++)
        {
            if (items[i] is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(items), items[i], "A share is between 0 and 1.");
            sum += items[i];
            var (count, some, rest, part) = sizes.GetValueOrDefault(clusters[i]);
            sizes[clusters[i]] = (count + 1, some || items[i] > 0, rest || items[i] < 1, part + items[i]);
        }

        // Each item its own cluster: as if there were none.
        if (sizes.Count == n) return Of(items, samples, samples);
        double share = sum / n, variance = 0, alike = 0;
        foreach (var (count, _, _, part) in sizes.Values)
        {
            variance += (part - (share * count)) * (part - (share * count)) / ((double)n * n);
            alike += (double)count * count / ((double)n * n);
        }

        int someClusters = sizes.Values.Count(c => c.Some), restClusters = sizes.Values.Count(c => c.Others);
        var isFew = Math.Min(someClusters, restClusters) <= Few;
        var effective = isFew ? 1 / alike : variance > 0 ? Math.Clamp(share * (1 - share) / variance, 1, n) : n;
        var critical = sizes.Count == 1 || someClusters == 0 || restClusters == 0 ? Quantiles.TwoSidedNormal(Estimate.Confidence) : Quantiles.TwoSidedT(Estimate.Confidence, sizes.Count - 1);
        var wilson = Proportion.Score(share, effective, critical);
        return new Estimate(share, effective > Small ? Widened(wilson, share, effective) : wilson, n, sizes.Count, samples, EstimateMethod.ClusteredWilson);
    }

    private static Interval Widened(Interval wilson, double share, double count) => new(
        IsFew(share * count) ? Math.Min(wilson.Low, End(share * count, count)) : wilson.Low,
        IsFew((1 - share) * count) ? Math.Max(wilson.High, 1 - End((1 - share) * count, count)) : wilson.High);

    private static bool IsFew(double successes) => successes is > Rounding and <= Few + Rounding;

    /// <summary>The share at which so many successes or more have the probability of both tails, all on this side.</summary>
    private static double End(double successes, double count) => Quantiles.Beta(1 - Estimate.Confidence, successes, count - successes + 1);
}
