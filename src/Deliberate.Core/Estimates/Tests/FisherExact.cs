namespace Deliberate.Core;

/// <summary>
/// Fisher's exact test of a table of two by two with its margins held fixed: the first cell is then hypergeometric. Two-sided, the
/// probabilities of all tables that are no likelier than the one seen are added.
/// </summary>
/// <param name="TwoSided">P of no association.</param>
/// <param name="Less">P(first cell is as small as it is, or smaller).</param>
/// <param name="Greater">P(first cell is as large as it is, or larger).</param>
/// <param name="OddsRatio">a d / (b c): infinite where only b or c is 0, NaN where it is 0 / 0.</param>
internal sealed record FisherExact(double TwoSided, double Less, double Greater, double OddsRatio)
{
    /// <summary>Probabilities as near as this are equal: tables that mirror each other are rounded apart.</summary>
    private const double Rounding = 1e-10;

    public static FisherExact Of(int a, int b, int c, int d)
    {
        foreach (var cell in new[] { a, b, c, d }) ArgumentOutOfRangeException.ThrowIfNegative(cell);
        int first = a + b, column = a + c, all = a + b + c + d;
        var own = Probability(a);
        double two = 0, less = 0, greater = 0;
        for (var x = Math.Max(0, first + column - all); x <= Math.Min(first, column); x++)
        {
            var p = Probability(x);
            if (p <= own * (1 + Rounding)) two += p;
            if (x <= a) less += p;
            if (x >= a) greater += p;
        }

        return new FisherExact(Math.Min(1, two), Math.Min(1, less), Math.Min(1, greater), (double)a * d / ((double)b * c));

        double Probability(int x) => Math.Exp(LogChoose(first, x) + LogChoose(all - first, column - x) - LogChoose(all, column));
    }

    private static double LogChoose(int n, int k) => LogBeta.LogGamma(n + 1) - LogBeta.LogGamma(k + 1) - LogBeta.LogGamma(n - k + 1);
}
