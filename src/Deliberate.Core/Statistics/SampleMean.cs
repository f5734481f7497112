namespace Deliberate.Core;

/// <summary>
/// A mean with its standard error. Independent values: SE = sd / √n, sd with n - 1. Clusters, such as several samples of the same
/// problem: SE² = Σ_c (Σ_{i in c} (x_i - x̄))² / n² (Miller 2024, "Adding error bars to evals"), intervals with clusters - 1
/// degrees of freedom. What cannot be estimated, the error of one value or of one cluster, is null and never 0 or NaN.
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="Count">Number of values.</param>
/// <param name="Clusters">Number of clusters; that of the values where each is its own.</param>
/// <param name="StandardDeviation">Of the values, n - 1; null for one value.</param>
/// <param name="StandardError">Of the mean.</param>
internal sealed record SampleMean(double Mean, int Count, int Clusters, double? StandardDeviation, double? StandardError)
{
    /// <summary>Whether there is an error to tell, beyond rounding.</summary>
    public bool HasSpread => StandardError > 1e-12 * Math.Max(1, Math.Abs(Mean));

    /// <summary>The mean of independent values.</summary>
    public static SampleMean Of(ReadOnlySpan<double> values)
    {
        var mean = MeanOf(values);
        if (values.Length == 1) return new SampleMean(mean, 1, 1, null, null);
        var deviation = DeviationOf(values, mean);
        return new SampleMean(mean, values.Length, values.Length, deviation, deviation / Math.Sqrt(values.Length));
    }

    /// <summary>The mean of values of which those with the same cluster id hang together.</summary>
    public static SampleMean Clustered(ReadOnlySpan<double> values, ReadOnlySpan<int> clusters)
    {
        if (clusters.Length != values.Length) throw new ArgumentException("One cluster id a value.", nameof(clusters));
        var mean = MeanOf(values);
        var sums = new Dictionary<int, double>();
        for (var i = 0; i < values.Length; i++)
            sums[clusters[i]] = sums.GetValueOrDefault(clusters[i]) + (values[i] - mean);
        double? deviation = values.Length > 1 ? DeviationOf(values, mean) : null;
        if (sums.Count == 1) return new SampleMean(mean, values.Length, 1, deviation, null);
        var squares = 0.0;
        foreach (var sum in sums.Values) squares += sum * sum;
        return new SampleMean(mean, values.Length, sums.Count, deviation, Math.Sqrt(squares) / values.Length);
    }

    /// <summary>The clustered error with the small-sample factor √(clusters / (clusters - 1)), CR1; null for one cluster.</summary>
    public double? StandardErrorCr1 => Clusters > 1 && StandardError is { } error ? error * Math.Sqrt(Clusters / (Clusters - 1.0)) : null;

    /// <summary>How many times the squared error of independent values the clusters make it; null where either is unknown or 0.</summary>
    public double? DesignEffect => StandardDeviation is > 0 and { } deviation && StandardError is { } error ? error * error / (deviation * deviation / Count) : null;

    /// <summary>With clusters - 1 degrees of freedom.</summary>
    public Interval? StudentT(double confidence = 0.95) =>
        StandardError is { } error ? Interval.Around(Mean, Quantiles.TwoSidedT(confidence, Clusters - 1), error) : null;

    private static double MeanOf(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) throw new ArgumentException("No values have no mean.", nameof(values));
        var sum = 0.0;
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;

        // A second pass takes back the rounding of the first, which large offsets need.
        var rest = 0.0;
        foreach (var value in values) rest += value - mean;
        return mean + rest / values.Length;
    }

    private static double DeviationOf(ReadOnlySpan<double> values, double mean)
    {
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / (values.Length - 1));
    }
}
