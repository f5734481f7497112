namespace Deliberate.Core;

/// <summary>
/// How far two quantities of the same items go together: Pearson's r, Spearman's ρ (r of the ranks, ties their mean), Kendall's τ-b
/// and τ-c. p-values are two-sided: of r and ρ by Student's t with n - 2 degrees of freedom, of τ exact without ties up to 33
/// items, else normal with the variance that ties leave. All null where a side does not vary.
/// </summary>
internal sealed record Correlation(double? Pearson, double? PearsonP, double? Spearman, double? SpearmanP, double? TauB, double? TauP, double? TauC, Interval? PearsonInterval)
{
    private const int MostExact = 33;

    public static Correlation Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double confidence = 0.95)
    {
        if (x.Length != y.Length || x.Length < 2) throw new ArgumentException("At least two pairs of values.", nameof(y));
        var n = x.Length;
        if (Moment(x, y) is not { } r) return new Correlation(null, null, null, null, null, null, null, null);
        var rho = Moment(Ranks(x), Ranks(y))!.Value;
        Interval? interval = null;
        if (n > 3 && Math.Abs(r) < 1)
        {
            var half = Quantiles.TwoSidedNormal(confidence) / Math.Sqrt(n - 3);
            interval = new Interval(Math.Tanh(Math.Atanh(r) - half), Math.Tanh(Math.Atanh(r) + half));
        }

        var (b, c, p) = Kendall(x, y);
        return new Correlation(r, PValue(r, n), rho, PValue(rho, n), b, p, c, interval);
    }

    private static double? PValue(double r, int n)
    {
        if (n < 3) return null;
        if (Math.Abs(r) >= 1) return 0;
        return 2 * Quantiles.UpperTailT(Math.Abs(r) * Math.Sqrt((n - 2) / (1 - (r * r))), n - 2);
    }

    private static double? Moment(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double meanX = SampleMean.Of(x).Mean, meanY = SampleMean.Of(y).Mean, xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            double dx = x[i] - meanX, dy = y[i] - meanY;
            (xx, yy, xy) = (xx + (dx * dx), yy + (dy * dy), xy + (dx * dy));
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1) : null;
    }

    /// <summary>From 1; equal values have the mean of their ranks.</summary>
    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            for (end = first + 1; end < sorted.Length && sorted[end] == sorted[first];) end++;
            for (var i = first; i < end; i++) ranks[order[i]] = (first + 1 + end) / 2.0;
        }

        return ranks;
    }

    private static (double B, double C, double P) Kendall(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var n = x.Length;
        long concordant = 0, discordant = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                var sign = Math.Sign(x[i] - x[j]) * Math.Sign(y[i] - y[j]);
                if (sign > 0) concordant++;
                else if (sign < 0) discordant++;
            }
        }

        int[] tiesX = Ties(x), tiesY = Ties(y);
        double all = n * (n - 1.0) / 2, difference = concordant - discordant;
        double Pairs(int[] ties) => ties.Sum(t => t * (t - 1.0) / 2);
        var tau = difference / Math.Sqrt((all - Pairs(tiesX)) * (all - Pairs(tiesY)));
        double least = Math.Min(tiesX.Length, tiesY.Length), tauC = 2 * difference / ((double)n * n * (least - 1) / least);
        var hasTies = tiesX.Length < n || tiesY.Length < n;
        if (!hasTies && n <= MostExact) return (tau, tauC, Exact(n, Math.Min(concordant, discordant)));
        double Sum(int[] ties, Func<double, double> of) => ties.Sum(t => of(t));
        var variance = ((n * (n - 1.0) * ((2.0 * n) + 5)) - Sum(tiesX, t => t * (t - 1) * ((2 * t) + 5)) - Sum(tiesY, t => t * (t - 1) * ((2 * t) + 5))) / 18
            + (2 * Pairs(tiesX) * Pairs(tiesY) / (n * (n - 1.0)))
            + (n > 2 ? Sum(tiesX, t => t * (t - 1) * (t - 2)) * Sum(tiesY, t => t * (t - 1) * (t - 2)) / (9.0 * n * (n - 1) * (n - 2)) : 0);
        return (tau, tauC, 2 * Quantiles.UpperTailNormal(Math.Abs(difference) / Math.Sqrt(variance)));
    }

    /// <summary>How often each value occurs.</summary>
    private static int[] Ties(ReadOnlySpan<double> values) => [.. values.ToArray().GroupBy(v => v).Select(g => g.Count())];

    /// <summary>P(a permutation of n has so few inversions, or so many), by counting: f(n, k) = Σ_{i &lt; n} f(n - 1, k - i).</summary>
    private static double Exact(int n, long inversions)
    {
        var share = new double[] { 1 };
        for (var length = 2; length <= n; length++)
        {
            var next = new double[(length * (length - 1) / 2) + 1];
            for (var k = 0; k < share.Length; k++)
                for (var i = 0; i < length; i++) next[k + i] += share[k] / length;
            share = next;
        }

        return Math.Min(1, 2 * share.Take((int)inversions + 1).Sum());
    }
}
