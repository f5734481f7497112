using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Losses of pairs without a reference. ORPO (arXiv 2403.07691): -β ln σ(ln odds_c - ln odds_r), odds of mean log-probabilities a token,
/// beside the cross-entropy of the better answer, which is added elsewhere. SimPO (arXiv 2405.14734): -ln σ(β (c - r) - γ) of means; with
/// α, AlphaPO's reward (1 - p^-α) / α in place of ln p. CPO (arXiv 2401.08417): DPO's sigmoid, SLiC's hinge and IPO's square of sums. Means
/// over pairs, in double.
/// </summary>
internal static class ReferenceFreeLosses
{
    /// <param name="chosen">Mean log-probability a token.</param>
    /// <param name="rejected">Of the other answer.</param>
    /// <param name="beta">Weight.</param>
    public static PairLoss Orpo(double chosen, double rejected, double beta)
    {
        var (loss, slope) = LogSigmoid.Negative(LogOdds(chosen) - LogOdds(rejected));
        return new PairLoss(beta * loss, beta * slope * Slope(chosen), -beta * slope * Slope(rejected));
    }

    /// <summary>ln p - ln(1 - p) of ln p.</summary>
    public static double LogOdds(double logp) => logp - Math.Log(-NearZero.ExpLessOne(logp));

    /// <param name="kind">simpo, sigmoid, hinge or ipo.</param>
    /// <param name="chosen">Log-probability: of simpo and ipo the mean a token, of the others the sum.</param>
    /// <param name="rejected">Of the other answer.</param>
    /// <param name="options">β, γ, α and smoothing.</param>
    public static PairLoss Cpo(string kind, double chosen, double rejected, PreferenceOptions options)
    {
        var (c, byC) = Reward(chosen, options.Alpha);
        var (r, byR) = Reward(rejected, options.Alpha);
        var delta = c - r - (kind == "simpo" ? options.Gamma / options.Beta : 0);
        var loss = kind switch
        {
            "hinge" => 1 - (options.Beta * delta) is > 0 and var rest ? PairLoss.OfDelta((rest, -options.Beta)) : default,
            "ipo" => PairLoss.OfDelta((Square(delta - (1 / (2 * options.Beta))), 2 * (delta - (1 / (2 * options.Beta))))),
            _ => PairLosses.Smoothed(delta, options.Beta, options.LabelSmoothing),
        };
        return loss with { ByChosen = loss.ByChosen * byC, ByRejected = loss.ByRejected * byR };
    }

    private static (double Value, double Slope) Reward(double logp, double alpha) =>
        alpha == 0 ? (logp, 1) : ((1 - Math.Exp(-alpha * logp)) / alpha, Math.Exp(-alpha * logp));

    /// <summary>d ln odds / d ln p = 1 / (1 - p).</summary>
    private static double Slope(double logp) => -1 / NearZero.ExpLessOne(logp);

    private static double Square(double x) => x * x;
}
