namespace Deliberate.Core;

/// <summary>
/// Rights and wrongs of two systems on the same items: McNemar's test on the items that one got right and the other did not. The
/// exact p-value is the one to report; its mid-p (exact less the probability of what was seen) is less conservative, and chi-squared
/// (b - c)² / (b + c), with or without the correction for continuity, is for comparison with other tools.
/// </summary>
internal static class McNemar
{
    /// <summary>The exact two-sided p-value from the numbers of items that only the first and only the second got right; 1 where there are none.</summary>
    public static double Exact(int onlyFirst, int onlySecond)
    {
        var discordant = Discordant(onlyFirst, onlySecond);
        return discordant == 0 ? 1 : Math.Min(1, 2 * Quantiles.BinomialCdf(Math.Min(onlyFirst, onlySecond), discordant, 0.5));
    }

    /// <summary>The exact p-value less the probability of the smaller number itself; 1 where there are no such items.</summary>
    public static double MidP(int onlyFirst, int onlySecond)
    {
        var discordant = Discordant(onlyFirst, onlySecond);
        if (discordant == 0) return 1;
        var smaller = Math.Min(onlyFirst, onlySecond);
        var own = Quantiles.BinomialCdf(smaller, discordant, 0.5) - Quantiles.BinomialCdf(smaller - 1, discordant, 0.5);
        return Exact(onlyFirst, onlySecond) - own;
    }

    /// <summary>The statistic and its p-value with one degree of freedom; null where there are no such items.</summary>
    public static (double Statistic, double P)? ChiSquared(int onlyFirst, int onlySecond, bool corrected)
    {
        var discordant = Discordant(onlyFirst, onlySecond);
        if (discordant == 0) return null;
        double gap = Math.Abs(onlyFirst - onlySecond) - (corrected ? 1 : 0), statistic = gap * gap / discordant;
        return (statistic, 2 * Quantiles.UpperTailNormal(Math.Sqrt(statistic)));
    }

    private static int Discordant(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        return onlyFirst + onlySecond;
    }
}
