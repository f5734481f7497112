namespace Deliberate.Core;

/// <summary>
/// Quantiles and tails of the distributions that intervals need, to about 1e-14. Quantiles are found by bisection of the tails,
/// since faster root finders stop earlier; nothing here is in a hot path.
/// </summary>
internal static class Quantiles
{
    /// <summary>z for a two-sided interval: 1.96 at 0.95.</summary>
    public static double TwoSidedNormal(double confidence)
    {
        var tail = Tail(confidence);
        return Bisect(z => UpperTailNormal(z) > tail, 0, 40);
    }

    /// <summary>t for a two-sided interval with the degrees of freedom.</summary>
    public static double TwoSidedT(double confidence, double degreesOfFreedom)
    {
        var tail = Tail(confidence);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        var high = 1.0;
        while (UpperTailT(high, degreesOfFreedom) > tail) high *= 2;
        return Bisect(t => UpperTailT(t, degreesOfFreedom) > tail, 0, high);
    }

    /// <summary>P(T &gt; t) for t &gt;= 0: I_x(df/2, 1/2) / 2 with x = df / (df + t²).</summary>
    public static double UpperTailT(double t, double degreesOfFreedom) =>
        IncompleteBeta.Regularized(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t * t)) / 2;

    /// <summary>
    /// P(Z &gt; z) for z &gt;= 0: 1/2 less the density times z + z³/3 + z⁵/15 + ...; far out the density times Laplace's continued
    /// fraction 1 / (z + 1 / (z + 2 / (z + ...))), which loses no digits there.
    /// </summary>
    public static double UpperTailNormal(double z)
    {
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z > 3)
        {
            var below = z;
            for (var k = 200; k >= 1; k--) below = z + k / below;
            return density / below;
        }

        double term = z, sum = z;
        for (var k = 3; term > 1e-18 * sum; k += 2)
        {
            term *= z * z / k;
            sum += term;
        }

        return 0.5 - density * sum;
    }

    /// <summary>P(Z &lt;= z).</summary>
    public static double NormalCdf(double z) => z < 0 ? UpperTailNormal(-z) : 1 - UpperTailNormal(z);

    /// <summary>z with P(Z &lt;= z) = p.</summary>
    public static double Normal(double p)
    {
        Probability(p);
        return p < 0.5 ? -Bisect(z => UpperTailNormal(z) > p, 0, 40) : p > 0.5 ? Bisect(z => UpperTailNormal(z) > 1 - p, 0, 40) : 0;
    }

    /// <summary>x with I_x(a, b) = p.</summary>
    public static double Beta(double p, double a, double b)
    {
        Probability(p);
        return Bisect(x => IncompleteBeta.Regularized(a, b, x) < p, 0, 1);
    }

    /// <summary>P(X &lt;= k) of the binomial distribution of n tries with probability p: I_(1-p)(n - k, k + 1).</summary>
    public static double BinomialCdf(int k, int n, double p) => k >= n ? 1 : k < 0 ? 0 : IncompleteBeta.Regularized(n - k, k + 1, 1 - p);

    /// <summary>(1 - confidence) / 2, checked.</summary>
    public static double Tail(double confidence)
    {
        if (confidence is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "Confidence is between 0 and 1.");
        return (1 - confidence) / 2;
    }

    private static double Probability(double p) =>
        p is > 0 and < 1 ? p : throw new ArgumentOutOfRangeException(nameof(p), p, "A probability between 0 and 1.");

    private static double Bisect(Func<double, bool> isBelow, double low, double high)
    {
        for (var i = 0; i < 200; i++)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) break;
            if (isBelow(middle)) low = middle;
            else high = middle;
        }

        return low + (high - low) / 2;
    }
}
