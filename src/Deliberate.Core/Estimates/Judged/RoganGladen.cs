namespace Deliberate.Core;

/// <summary>
/// The rate behind what an imperfect judge said (Rogan and Gladen 1978): (observed + Sp - 1) / (Se + Sp - 1), which by chance may fall
/// outside of [0, 1]. The error here takes Se and Sp as known; <see cref="CorrectedShareMetric"/> does not.
/// </summary>
/// <param name="Raw">As computed.</param>
/// <param name="Clipped">Within [0, 1].</param>
/// <param name="StandardError">√(q (1 - q) / n) / (Se + Sp - 1), q the observed rate.</param>
internal readonly record struct RoganGladen(double Raw, double Clipped, double StandardError)
{
    private const double Least = 1e-9;

    /// <param name="observed">Share that the judge called positive.</param>
    /// <param name="count">Of how many.</param>
    /// <param name="sensitivity">P(called positive | positive).</param>
    /// <param name="specificity">P(called negative | negative).</param>
    public static RoganGladen Of(double observed, int count, double sensitivity, double specificity)
    {
        var informed = sensitivity + specificity - 1;
        if (Math.Abs(informed) < Least) throw new ArgumentException("A judge whose sensitivity and specificity add up to 1 says nothing.", nameof(sensitivity));
        var raw = (observed + specificity - 1) / informed;
        return new RoganGladen(raw, Math.Clamp(raw, 0, 1), Math.Sqrt(observed * (1 - observed) / count) / Math.Abs(informed));
    }
}
