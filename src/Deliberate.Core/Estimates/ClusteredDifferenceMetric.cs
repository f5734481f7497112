namespace Deliberate.Core;

/// <summary>
/// What a quantity gained between two systems on the same items, of which some hang together: the mean of the items' differences, by
/// Student's t with an error that counts each cluster once, or by bootstrap over clusters. Items that one of them lacks are left
/// out of both.
/// </summary>
internal static class ClusteredDifferenceMetric
{
    private const int Resamples = 4000;

    public static Estimate Of(ItemValues<(string Cluster, string Item)> from, ItemValues<(string Cluster, string Item)> to, MeasureKind kind)
    {
        var common = ItemValues<(string Cluster, string Item)>.Common(from, to);
        var clusters = ClusteredShareMetric.Clusters(common.To);
        var count = clusters.Distinct().Count();
        if (count == clusters.Length) return DifferenceMetric.OfCommon(common, kind);
        var (n, samples) = (common.To.Items, Math.Max(common.From.Samples, common.To.Samples));
        if (n == 0 || !common.From.IsFinite || !common.To.IsFinite) return Estimate.Unmeasured(n, count, samples);
        var difference = PairedDifference.Of(common.To.Means(), common.From.Means(), clusters).Difference;
        if (!difference.HasSpread) return Estimate.WithoutInterval(difference.Mean, n, count, samples);
        var interval = difference.StudentT(Estimate.Confidence)!.Value;
        return new Estimate(difference.Mean, kind == MeasureKind.Share ? interval.ClampTo(-1, 1) : interval, n, count, samples, EstimateMethod.PairedClusteredStudentT);
    }

    /// <summary>By bootstrap: both values of an item, and all items of a cluster, are drawn together.</summary>
    public static Estimate Resampled(ItemValues<(string Cluster, string Item)> from, ItemValues<(string Cluster, string Item)> to, ulong seed)
    {
        var common = ItemValues<(string Cluster, string Item)>.Common(from, to);
        var clusters = ClusteredShareMetric.Clusters(common.To);
        var (n, samples) = (common.To.Items, Math.Max(common.From.Samples, common.To.Samples));
        if (n == 0 || !common.From.IsFinite || !common.To.IsFinite) return Estimate.Unmeasured(n, n, samples);
        double[] before = common.From.Means(), after = common.To.Means();
        var groups = Enumerable.Range(0, n).GroupBy(i => clusters[i]).Select(g => (Sum: g.Sum(i => after[i] - before[i]), Count: g.Count())).ToArray();
        var drawn = Bootstrap.Resample(groups.Length, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen => chosen.Sum(i => groups[i].Sum) / chosen.Sum(i => groups[i].Count));
        var (value, interval) = (groups.Sum(g => g.Sum) / n, Bootstrap.Percentile(drawn, Estimate.Confidence));
        return interval.Width > 0 ? new Estimate(value, interval, n, groups.Length, samples, EstimateMethod.PairedBootstrap) : Estimate.WithoutInterval(value, n, groups.Length, samples);
    }
}
