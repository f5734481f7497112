namespace Deliberate.Core;

/// <summary>
/// A geometric mean, e to the mean of logarithms, of quantities that are never below 1, every value counting the same: perplexity
/// is that of 1 / p over tokens. The interval is Student's t of the logarithms' mean, raised; values that hang together count as
/// one cluster.
/// </summary>
internal static class GeometricMeanMetric
{
    /// <param name="logarithms">By what hangs together.</param>
    public static Estimate Of<TItem>(ItemValues<TItem> logarithms)
        where TItem : notnull
    {
        var (n, clusters) = (logarithms.Samples, logarithms.Items);
        if (n == 0 || !logarithms.IsFinite) return Estimate.Unmeasured(n, clusters, n);
        var (all, items) = logarithms.Flat();
        var mean = n == clusters ? SampleMean.Of(all) : SampleMean.Clustered(all, items);
        var value = Math.Exp(mean.Mean);
        if (!mean.HasSpread) return Estimate.WithoutInterval(value, n, clusters, n);
        var interval = mean.StudentT(Estimate.Confidence)!.Value;
        return new Estimate(value, new Interval(Math.Max(1, Math.Exp(interval.Low)), Math.Exp(interval.High)), n, clusters, n, EstimateMethod.LogStudentT);
    }
}
