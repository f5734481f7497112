namespace Deliberate.Core;

/// <summary>
/// How many times as much, a ratio of means over the items that both measured; the interval by bootstrap over items. Where a
/// resample has nothing to divide by, or all are alike, there is none.
/// </summary>
internal static class RatioMetric
{
    private const int Resamples = 2000;

    /// <param name="from">What is divided by.</param>
    /// <param name="to">What is divided.</param>
    /// <param name="seed">Draws the resamples.</param>
    public static Estimate Of<TItem>(ItemValues<TItem> from, ItemValues<TItem> to, ulong seed)
        where TItem : notnull
    {
        var common = ItemValues<TItem>.Common(from, to);
        var (n, samples) = (common.To.Items, Math.Max(common.From.Samples, common.To.Samples));
        double[] before = common.From.Means(), after = common.To.Means();
        if (n == 0 || !common.From.IsFinite || !common.To.IsFinite || before.Sum() == 0) return Estimate.Unmeasured(n, n, samples);
        var value = after.Sum() / before.Sum();
        var ratios = Bootstrap.Resample(n, Resamples, new RandomStream(seed, StreamStage.Bootstrap), drawn => drawn.Sum(i => after[i]) / drawn.Sum(i => before[i]));
        if (!Array.TrueForAll(ratios, double.IsFinite)) return Estimate.WithoutInterval(value, n, n, samples);
        var interval = Bootstrap.Percentile(ratios, Estimate.Confidence);
        return interval.Width > 0 ? new Estimate(value, interval, n, n, samples, EstimateMethod.PairedBootstrap) : Estimate.WithoutInterval(value, n, n, samples);
    }
}
