namespace Deliberate.Core;

/// <summary>Rights and wrongs of two systems on the same items: McNemar's test on the items that one got right and the other did not.</summary>
internal static class McNemar
{
    /// <summary>The exact two-sided p-value from the numbers of items that only the first and only the second got right; 1 where there are none.</summary>
    public static double Exact(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var discordant = onlyFirst + onlySecond;
        return discordant == 0 ? 1 : Math.Min(1, 2 * Quantiles.BinomialCdf(Math.Min(onlyFirst, onlySecond), discordant, 0.5));
    }
}
