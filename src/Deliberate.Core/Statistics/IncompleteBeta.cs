namespace Deliberate.Core;

/// <summary>
/// The regularised incomplete beta function I_x(a, b), of which the tails of Student's t and of the binomial distribution are
/// values: its continued fraction (DLMF 8.17.22) by Lentz's method, on the side of the mean where it converges fast.
/// </summary>
internal static class IncompleteBeta
{
    private const double Tiny = 1e-300, Precision = 1e-16;
    private const int MostTerms = 100_000;

    public static double Regularized(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        return x < (a + 1) / (a + b + 2) ? Lower(a, b, x, 1 - x) : 1 - Lower(b, a, 1 - x, x);
    }

    private static double Lower(double a, double b, double x, double rest)
    {
        double fraction = 1, c = 1, d = Inverse(1 - (a + b) * x / (a + 1));
        fraction = d;
        for (var m = 1; m <= MostTerms; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            (c, d) = (NotZero(1 + even / c), Inverse(1 + even * d));
            fraction *= c * d;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            (c, d) = (NotZero(1 + odd / c), Inverse(1 + odd * d));
            fraction *= c * d;
            if (Math.Abs(c * d - 1) <= Precision) break;
        }

        return Math.Exp(a * Math.Log(x) + b * Math.Log(rest) - LogBeta.Of(a, b)) / a * fraction;
    }

    private static double Inverse(double value) => 1 / NotZero(value);

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
}
