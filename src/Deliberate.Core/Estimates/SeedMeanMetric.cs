namespace Deliberate.Core;

/// <summary>
/// The mean over runs that differ in their seed alone, each run one value: Student's t of the runs' values, so that the interval says what
/// another seed may give, whatever each run was measured on. One run, or runs that are all alike, have no interval.
/// </summary>
internal static class SeedMeanMetric
{
    /// <summary>The mean gain of a share, paired by seed: between -1 and 1.</summary>
    /// <param name="before">One a seed.</param>
    /// <param name="after">Of the same seeds.</param>
    public static Estimate Gain(IReadOnlyList<double> before, IReadOnlyList<double> after)
    {
        var mean = SampleMean.Of([.. after.Zip(before, (a, b) => a - b)]);
        return mean.HasSpread
            ? new Estimate(mean.Mean, mean.StudentT(Estimate.Confidence)!.Value.ClampTo(-1, 1), before.Count, before.Count, before.Count, EstimateMethod.StudentT)
            : Estimate.WithoutInterval(mean.Mean, before.Count, before.Count, before.Count);
    }

    /// <param name="values">One a seed.</param>
    /// <param name="kind">A share is bounded on both sides, a length below.</param>
    public static Estimate Of(IReadOnlyList<double> values, MeasureKind kind)
    {
        double[] known = [.. values.Where(double.IsFinite)];
        if (known.Length == 0) return Estimate.Unmeasured(values.Count, values.Count, values.Count);
        var mean = SampleMean.Of(known);
        if (!mean.HasSpread) return Estimate.WithoutInterval(mean.Mean, known.Length, known.Length, known.Length);
        var interval = mean.StudentT(Estimate.Confidence)!.Value.ClampTo(0, kind == MeasureKind.Share ? 1 : double.PositiveInfinity);
        return new Estimate(mean.Mean, interval, known.Length, known.Length, known.Length, EstimateMethod.StudentT);
    }
}
