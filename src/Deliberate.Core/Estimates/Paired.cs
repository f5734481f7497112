namespace Deliberate.Core;

/// <summary>One quantity of two systems on the items that both were measured on.</summary>
/// <param name="From">The first's, on these items.</param>
/// <param name="To">The second's.</param>
/// <param name="Difference">Second less first, paired.</param>
/// <param name="PValue">Of no difference, two-sided, by Student's t; null where it cannot be had.</param>
internal sealed record Paired(Estimate From, Estimate To, Estimate Difference, double? PValue)
{
    public static Paired Of<TItem>(ItemValues<TItem> from, ItemValues<TItem> to, MeasureKind kind)
        where TItem : notnull
    {
        var common = ItemValues<TItem>.Common(from, to);
        var difference = DifferenceMetric.OfCommon(common, kind);
        return new Paired(
            Of(common.From, kind), Of(common.To, kind), difference,
            difference.Method == EstimateMethod.PairedStudentT ? PairedDifference.Of(common.To.Means(), common.From.Means()).PValue : null);
    }

    private static Estimate Of<TItem>(ItemValues<TItem> values, MeasureKind kind)
        where TItem : notnull => kind == MeasureKind.Share ? ShareMetric.Of(values) : MeanMetric.Of(values);
}
