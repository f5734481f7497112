namespace Deliberate.Core;

/// <summary>
/// The mean of a quantity that is never below 0, such as a length in tokens, every sample counting the same: Student's t with
/// the items as clusters. One item, or items without any spread, have no interval.
/// </summary>
internal static class MeanMetric
{
    public static Estimate Of<TItem>(ItemValues<TItem> values)
        where TItem : notnull
    {
        if (values.Items == 0 || !values.IsFinite) return Estimate.Unmeasured(values.Items, values.Items, values.Samples);
        var (all, items) = values.Flat();
        var isSingle = all.Length == values.Items;
        var mean = isSingle ? SampleMean.Of(all) : SampleMean.Clustered(all, items);
        return !mean.HasSpread ? Estimate.WithoutInterval(mean.Mean, values.Items, values.Items, all.Length)
            : new Estimate(mean.Mean, mean.StudentT(Estimate.Confidence)!.Value.ClampTo(0, double.PositiveInfinity), values.Items, values.Items, all.Length, isSingle ? EstimateMethod.StudentT : EstimateMethod.ClusteredStudentT);
    }
}
