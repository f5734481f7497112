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
        for (var i = n - c + 1; i <= n; i++) log += NearZero.LogOfOnePlus(-(double)k / i);
        return -NearZero.ExpLessOne(log);
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

    /// <summary>The mean of pass@k over items; for k = 1 the share of right samples. The interval is a share's.</summary>
    /// <param name="right">1 for each right sample, 0 for the others; at least k an item.</param>
    /// <param name="k">Samples drawn.</param>
    public static Estimate Over<TItem>(ItemValues<TItem> right, int k)
        where TItem : notnull =>
        ShareInterval.Of([.. right.Values.Select(v => Of(v.Count, v.Count(x => x > 0), k))], (double)right.Samples / k, right.Samples);

    /// <summary>The mean of pass^k over items. The interval is a share's.</summary>
    /// <inheritdoc cref="Over"/>
    public static Estimate AllOver<TItem>(ItemValues<TItem> right, int k)
        where TItem : notnull =>
        ShareInterval.Of([.. right.Values.Select(v => AllOf(v.Count, v.Count(x => x > 0), k))], (double)right.Samples / k, right.Samples);

    private static void Check(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
    }
}
