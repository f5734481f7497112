namespace Deliberate.Core;

/// <summary>
/// The logarithms of the gamma and beta functions for positive arguments, to about 1e-15. Large arguments go by Stirling's
/// series, of which the beta function takes the corrections alone: the large terms are cancelled on paper, not in floating point.
/// </summary>
internal static class LogBeta
{
    /// <summary>From here on the seven terms of the series are exact to the last bits.</summary>
    private const double Large = 10;

    private static readonly double HalfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>ln B(a, b).</summary>
    public static double Of(double a, double b)
    {
        var (small, large) = (Math.Min(a, b), Math.Max(a, b));
        var sum = small + large;
        if (large < Large) return LogGamma(small) + LogGamma(large) - LogGamma(sum);
        var rest = Correction(large) - Correction(sum);
        return small < Large
            ? LogGamma(small) + rest + small - small * Math.Log(sum) + (large - 0.5) * NearZero.LogOfOnePlus(-small / sum)
            : HalfLogTwoPi - 0.5 * Math.Log(large) + Correction(small) + rest + (small - 0.5) * Math.Log(small / sum) + large * NearZero.LogOfOnePlus(-small / sum);
    }

    /// <summary>ln Γ(x), by Γ(x) = Γ(x + 1) / x up to where the series holds.</summary>
    public static double LogGamma(double x)
    {
        var product = 1.0;
        for (; x < Large; x++) product *= x;
        return (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi + Correction(x) - Math.Log(product);
    }

    /// <summary>What ln Γ(x) has beyond (x - 1/2) ln x - x + ln(2π) / 2: Σ B_2k / (2k (2k - 1) x^(2k-1)).</summary>
    private static double Correction(double x)
    {
        var y = 1 / (x * x);
        return (1 / 12.0 - y * (1 / 360.0 - y * (1 / 1260.0 - y * (1 / 1680.0 - y * (1 / 1188.0 - y * (691 / 360360.0 - y / 156)))))) / x;
    }
}
