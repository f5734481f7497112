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

    /// <summary>The same mirrored at the estimate: 2 θ less the other end's quantile.</summary>
    public static Interval Basic(ReadOnlySpan<double> statistics, double estimate, double confidence = 0.95)
    {
        var (low, high) = Percentile(statistics, confidence);
        return new Interval((2 * estimate) - high, (2 * estimate) - low);
    }

    /// <summary>The standard deviation of the resamples' statistics, with n - 1.</summary>
    public static double StandardError(ReadOnlySpan<double> statistics) => SampleMean.Of(statistics).StandardDeviation ?? double.NaN;

    /// <summary>
    /// Efron's BCa interval (1987): percentiles at levels moved for bias, z0 = Φ⁻¹(share of resamples below the estimate, ties half), and
    /// for skewness, a = Σ d³ / (6 (Σ d²)^(3/2)) of the jackknife's d = mean - value. Null where all resamples, or all of the
    /// jackknife's values, are alike, or lie on one side of the estimate: it is then not defined.
    /// </summary>
    /// <param name="statistics">Of the resamples.</param>
    /// <param name="estimate">Of the sample.</param>
    /// <param name="jackknife">Of the sample without each of its items.</param>
    public static (Interval Interval, double Bias, double Acceleration, Interval Levels)? Accelerated(ReadOnlySpan<double> statistics, double estimate, ReadOnlySpan<double> jackknife, double confidence = 0.95)
    {
        var below = 0.0;
        foreach (var value in statistics) below += value < estimate ? 1 : value == estimate ? 0.5 : 0;
        if (below == 0 || below == statistics.Length) return null;
        var (mean, squares, cubes) = (SampleMean.Of(jackknife).Mean, 0.0, 0.0);
        foreach (var value in jackknife)
        {
            var d = mean - value;
            (squares, cubes) = (squares + (d * d), cubes + (d * d * d));
        }

        if (squares == 0) return null;
        double bias = Quantiles.Normal(below / statistics.Length), acceleration = cubes / (6 * Math.Pow(squares, 1.5)), z = Quantiles.TwoSidedNormal(confidence);
        var levels = new Interval(Level(bias - z), Level(bias + z));
        var sorted = statistics.ToArray();
        Array.Sort(sorted);
        return (new Interval(Quantile(sorted, levels.Low), Quantile(sorted, levels.High)), bias, acceleration, levels);

        double Level(double moved) => Quantiles.NormalCdf(bias + (moved / (1 - (acceleration * moved))));
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
