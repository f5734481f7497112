namespace Deliberate.Core;

/// <summary>
/// pass@k: the probability that k of a problem's n samples, drawn without replacement, hold a right one, given that c of the n
/// are right: 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, unbiased); pass^k: that all k are right, C(c, k) / C(n, k).
/// </summary>
internal static class PassAtK
{
    public static double Of(int n, int c, int k)
    {
        Check(n, c, k);
        if (n - c < k) return 1;

        // C(n-c, k) / C(n, k) = Π_{i=n-c+1..n} (1 - k/i); in logarithms, so that small values keep their digits.
        var log = 0.0;
        for (var i = n - c + 1; i <= n; i++) log += double.LogP1(-(double)k / i);
        return -double.ExpM1(log);
    }

    /// <summary>pass^k, written pass-hat-k: all k right.</summary>
    public static double AllOf(int n, int c, int k)
    {
        Check(n, c, k);
        if (c < k) return 0;
        var product = 1.0;
        for (var i = 0; i < k; i++) product *= (double)(c - i) / (n - i);
        return product;
    }

    /// <summary>
    /// The mean of pass@k over problems. Problems are the clusters: SE = sd of the problems' values / √problems;
    /// <see cref="MeanEstimate.Rate"/> gives the interval to show.
    /// </summary>
    /// <param name="samples">n of each problem.</param>
    /// <param name="right">c of each problem.</param>
    /// <param name="k">At most the smallest n.</param>
    public static MeanEstimate OverProblems(ReadOnlySpan<int> samples, ReadOnlySpan<int> right, int k)
    {
        if (samples.Length != right.Length) throw new ArgumentException("Two numbers a problem.", nameof(right));
        var values = new double[samples.Length];
        for (var i = 0; i < values.Length; i++) values[i] = Of(samples[i], right[i], k);
        return MeanEstimate.Of(values);
    }

    private static void Check(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
    }
}
