namespace Deliberate.Core;

/// <summary>
/// What a quantity gained from one measurement to another, paired by the items that both measured: the mean of the differences
/// of the items' means, every item counting the same, with Student's t of these differences, which is narrower than two
/// intervals side by side. Items that all differ by the same have no spread to measure: for a share, which is bounded, the
/// interval is then what items like those could still do that were not seen, whose share Wilson's interval of 0 out of n
/// bounds; for a length there is none.
/// </summary>
internal static class DifferenceMetric
{
    public static Estimate Of<TItem>(ItemValues<TItem> from, ItemValues<TItem> to, MeasureKind kind)
        where TItem : notnull =>
        OfCommon(ItemValues<TItem>.Common(from, to), kind);

    /// <summary>Of items that both have, in the same order.</summary>
    internal static Estimate OfCommon<TItem>((ItemValues<TItem> From, ItemValues<TItem> To) common, MeasureKind kind)
        where TItem : notnull
    {
        var (n, samples) = (common.To.Items, Math.Max(common.From.Samples, common.To.Samples));
        if (n == 0 || !common.From.IsFinite || !common.To.IsFinite) return Estimate.Unmeasured(n, n, samples);
        var difference = PairedDifference.Of(common.To.Means(), common.From.Means()).Difference;
        var value = difference.Mean;
        if (difference.HasSpread)
        {
            var interval = difference.StudentT(Estimate.Confidence)!.Value;
            return new Estimate(value, kind == MeasureKind.Share ? interval.ClampTo(-1, 1) : interval, n, n, samples, EstimateMethod.PairedStudentT);
        }

        if (kind != MeasureKind.Share) return Estimate.WithoutInterval(value, n, n, samples);
        var unseen = Proportion.Score(0, n, Quantiles.TwoSidedNormal(Estimate.Confidence)).High;
        return new Estimate(value, new Interval(value - (unseen * (1 + value)), value + (unseen * (1 - value))), n, n, samples, EstimateMethod.PairedWilson);
    }
}
