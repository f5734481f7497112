namespace Deliberate.Core;

/// <summary>
/// Bootstrap percentile intervals (Efron 1979): the quantiles of a statistic over resamples of the items drawn with replacement,
/// an item with all its values. The draws come from a <see cref="RandomStream"/>, so an interval is a function of its key.
/// </summary>
internal static class Bootstrap
{
    /// <param name="items">How many there are.</param>
    /// <param name="resamples">How often as many are drawn.</param>
    /// <param name="stream">Draws them.</param>
    /// <param name="statistic">Of the numbers of the items drawn, which it must not keep.</param>
    public static double[] Resample(int items, int resamples, RandomStream stream, Func<int[], double> statistic)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        var (drawn, values) = (new int[items], new double[resamples]);
        for (var r = 0; r < resamples; r++)
        {
            for (var i = 0; i < items; i++) drawn[i] = stream.Next(items);
            values[r] = statistic(drawn);
        }

        return values;
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
