namespace Deliberate.Core;

/// <summary>
/// Bootstrap percentile intervals of a mean (Efron 1979): the quantiles of the means of resamples drawn with replacement, of
/// values or of whole clusters. The draws come from a <see cref="RandomStream"/>, so an interval is a function of its key.
/// </summary>
internal static class Bootstrap
{
    public const int DefaultResamples = 10_000;

    public static Interval Mean(ReadOnlySpan<double> values, RandomStream stream, double confidence = 0.95, int resamples = DefaultResamples)
    {
        if (values.IsEmpty) throw new ArgumentException("No values have no mean.", nameof(values));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var means = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++) sum += values[stream.Next(values.Length)];
            means[r] = sum / values.Length;
        }

        return Percentile(means, confidence);
    }

    /// <summary>Draws clusters; the statistic is the mean of all values of the clusters drawn.</summary>
    public static Interval ClusteredMean(ReadOnlySpan<double> values, ReadOnlySpan<int> clusters, RandomStream stream, double confidence = 0.95, int resamples = DefaultResamples)
    {
        if (values.IsEmpty || clusters.Length != values.Length) throw new ArgumentException("One cluster id a value, at least one value.", nameof(clusters));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var index = new Dictionary<int, int>();
        var sums = new List<(double Sum, int Count)>();
        for (var i = 0; i < values.Length; i++)
        {
            if (index.TryAdd(clusters[i], sums.Count)) sums.Add(default);
            var at = index[clusters[i]];
            sums[at] = (sums[at].Sum + values[i], sums[at].Count + 1);
        }

        var means = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var (sum, count) = (0.0, 0);
            for (var i = 0; i < sums.Count; i++)
            {
                var drawn = sums[stream.Next(sums.Count)];
                sum += drawn.Sum;
                count += drawn.Count;
            }

            means[r] = sum / count;
        }

        return Percentile(means, confidence);
    }

    /// <summary>The percentile interval of the statistics of resamples, in any order.</summary>
    public static Interval Percentile(ReadOnlySpan<double> statistics, double confidence = 0.95)
    {
        var sorted = statistics.ToArray();
        Array.Sort(sorted);
        var tail = Quantiles.Tail(confidence);
        return new Interval(Quantile(sorted, tail), Quantile(sorted, 1 - tail));
    }

    /// <summary>The quantile of sorted values by linear interpolation, NumPy's default.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        if (sorted.IsEmpty) throw new ArgumentException("No values have no quantile.", nameof(sorted));
        if (q is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(q), q, "Between 0 and 1.");
        var position = q * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
