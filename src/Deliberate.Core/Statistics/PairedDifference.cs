namespace Deliberate.Core;

/// <summary>
/// Two systems on the same problems: the mean of a_i - b_i with the error of the differences, which is smaller than that of two
/// independent samples by as much as the two agree.
/// </summary>
/// <param name="Difference">Mean of a - b with its standard error and intervals.</param>
/// <param name="UnpairedStandardError">√(SE_a² + SE_b²), for comparison; null for one pair.</param>
/// <param name="Correlation">Pearson's; null where a side does not vary.</param>
internal sealed record PairedDifference(SampleMean Difference, double? UnpairedStandardError, double? Correlation)
{
    /// <param name="a">One value a problem.</param>
    /// <param name="b">The other system's, in the same order.</param>
    /// <param name="clusters">Ids of what hangs together; empty where the pairs are independent.</param>
    public static PairedDifference Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<int> clusters = default)
    {
        if (a.Length != b.Length) throw new ArgumentException("Pairs need two values each.", nameof(b));
        var differences = new double[a.Length];
        for (var i = 0; i < a.Length; i++) differences[i] = a[i] - b[i];
        var (first, second) = (SampleMean.Of(a), SampleMean.Of(b));
        double? unpaired = null, correlation = null;
        if (first.StandardError is { } errorA && second.StandardError is { } errorB)
        {
            unpaired = Math.Sqrt(errorA * errorA + errorB * errorB);
            var sum = 0.0;
            for (var i = 0; i < a.Length; i++) sum += (a[i] - first.Mean) * (b[i] - second.Mean);
            var scale = first.StandardDeviation!.Value * second.StandardDeviation!.Value * (a.Length - 1);
            if (scale > 0) correlation = Math.Clamp(sum / scale, -1, 1);
        }

        return new PairedDifference(clusters.IsEmpty ? SampleMean.Of(differences) : SampleMean.Clustered(differences, clusters), unpaired, correlation);
    }

    /// <summary>Difference over its standard error; null where that is 0 or unknown.</summary>
    public double? T => Difference.StandardError is > 0 and { } error ? Difference.Mean / error : null;

    /// <summary>Two-sided, by the normal distribution.</summary>
    public double? PValueOfZ => T is { } z ? 2 * Quantiles.UpperTailNormal(Math.Abs(z)) : null;

    /// <summary>Two-sided, by Student's t with clusters - 1 degrees of freedom.</summary>
    public double? PValue => T is { } t ? 2 * Quantiles.UpperTailT(Math.Abs(t), Difference.Clusters - 1) : null;
}
