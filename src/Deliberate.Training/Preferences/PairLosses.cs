namespace Deliberate.Training;

/// <summary>
/// The one visible list of losses of a pair against a reference, DPO's (arXiv 2305.18290) and its variants, as TRL 1.16 has them. Each is a
/// pure function in double with its own derivatives, held against TRL's values and finite differences. To add one: a line here.
/// </summary>
internal static class PairLosses
{
    public static IReadOnlyDictionary<string, Func<PairScores, PreferenceOptions, PairLoss>> All { get; } = new Dictionary<string, Func<PairScores, PreferenceOptions, PairLoss>>(StringComparer.Ordinal)
    {
        // cDPO (Mitchell 2023) where labels are smoothed.
        ["sigmoid"] = (s, o) => Smoothed(s.Delta, o.Beta, o.LabelSmoothing),
        // SLiC (2305.10425).
        ["hinge"] = (s, o) => 1 - (o.Beta * s.Delta) is > 0 and var rest ? PairLoss.OfDelta((rest, -o.Beta)) : default,
        // IPO (2310.12036), on means a token.
        ["ipo"] = (s, o) =>
        {
            var rest = (s.Chosen / Math.Max(s.ChosenTokens, 1)) - (s.Rejected / Math.Max(s.RejectedTokens, 1)) - (1 / (2 * o.Beta));
            return new PairLoss(rest * rest, 2 * rest / Math.Max(s.ChosenTokens, 1), -2 * rest / Math.Max(s.RejectedTokens, 1));
        },
        // EXO (2402.00856), equation 16.
        ["exo_pair"] = Exo,
        // NCA (2402.05369).
        ["nca_pair"] = (s, o) =>
        {
            var (a, b, c) = (LogSigmoid.Negative(o.Beta * s.Chosen), LogSigmoid.Negative(-o.Beta * s.Chosen), LogSigmoid.Negative(-o.Beta * s.Rejected));
            return new PairLoss(a.Loss + (0.5 * b.Loss) + (0.5 * c.Loss), o.Beta * (a.Derivative - (0.5 * b.Derivative)), -0.5 * o.Beta * c.Derivative);
        },
        // Robust DPO (2403.00409).
        ["robust"] = (s, o) =>
        {
            var (a, b) = (LogSigmoid.Negative(o.Beta * s.Delta), LogSigmoid.Negative(-o.Beta * s.Delta));
            var (e, scale) = (o.LabelSmoothing, 1 / (1 - (2 * o.LabelSmoothing)));
            return PairLoss.OfDelta((scale * (((1 - e) * a.Loss) - (e * b.Loss)), scale * o.Beta * (((1 - e) * a.Derivative) + (e * b.Derivative))));
        },
        // BCO without its running mean (2404.04656).
        ["bco_pair"] = (s, o) =>
        {
            var (a, b) = (LogSigmoid.Negative(o.Beta * s.Chosen), LogSigmoid.Negative(-o.Beta * s.Rejected));
            return new PairLoss(a.Loss + b.Loss, o.Beta * a.Derivative, -o.Beta * b.Derivative);
        },
        // SPPO (2405.00675), the winner's probability taken for 1.
        ["sppo_hard"] = (s, o) =>
        {
            var (a, b) = (s.Chosen - (0.5 / o.Beta), s.Rejected + (0.5 / o.Beta));
            return new PairLoss((a * a) + (b * b), 2 * a, 2 * b);
        },
        // APO (2408.06266): for answers that are better than the model's own, and worse.
        ["apo_zero"] = (s, o) =>
        {
            var (c, r) = (LogSigmoid.Sigmoid(o.Beta * s.ChosenRatio), LogSigmoid.Sigmoid(o.Beta * s.RejectedRatio));
            return new PairLoss(1 - c + r, 0, 0, -o.Beta * c * (1 - c), o.Beta * r * (1 - r));
        },
        ["apo_down"] = (s, o) =>
        {
            var (c, d) = (LogSigmoid.Sigmoid(o.Beta * s.ChosenRatio), LogSigmoid.Sigmoid(o.Beta * s.Delta));
            var slope = -o.Beta * d * (1 - d);
            return new PairLoss(c + 1 - d, slope, -slope, o.Beta * c * (1 - c));
        },
        // DiscoPOP (2406.08414).
        ["discopop"] = (s, o) =>
        {
            var x = o.Beta * s.Delta;
            var mix = LogSigmoid.Sigmoid(x / o.DiscopopTau);
            var (log, slope) = LogSigmoid.Negative(x);
            var exp = Math.Exp(-x);
            return PairLoss.OfDelta(((log * (1 - mix)) + (exp * mix), o.Beta * ((slope * (1 - mix)) - (exp * mix) + ((exp - log) * mix * (1 - mix) / o.DiscopopTau))));
        },
        // DPO on means a token.
        ["sigmoid_norm"] = (s, o) =>
        {
            var (loss, slope) = LogSigmoid.Negative(o.Beta * ((s.Chosen / Math.Max(s.ChosenTokens, 1)) - (s.Rejected / Math.Max(s.RejectedTokens, 1))));
            return new PairLoss(loss, o.Beta * slope / Math.Max(s.ChosenTokens, 1), -o.Beta * slope / Math.Max(s.RejectedTokens, 1));
        },
    };

    /// <summary>(1 - e) · -ln σ(βx) + e · -ln σ(-βx).</summary>
    public static PairLoss Smoothed(double delta, double beta, double smoothing)
    {
        var (a, b) = (LogSigmoid.Negative(beta * delta), LogSigmoid.Negative(-beta * delta));
        return PairLoss.OfDelta((((1 - smoothing) * a.Loss) + (smoothing * b.Loss), beta * (((1 - smoothing) * a.Derivative) - (smoothing * b.Derivative))));
    }

    private static PairLoss Exo(PairScores s, PreferenceOptions o)
    {
        var x = o.Beta * s.Delta;
        double q = LogSigmoid.Sigmoid(x), r = LogSigmoid.Sigmoid(-x);
        double logQ = -LogSigmoid.Softplus(-x), logR = -LogSigmoid.Softplus(x);
        var (a, b) = (logQ - Core.NearZero.LogOfOnePlus(-o.LabelSmoothing), logR - Math.Log(o.LabelSmoothing));
        // q' = q r, (ln q)' = r, (ln r)' = -q.
        return PairLoss.OfDelta(((q * a) + (r * b), o.Beta * ((q * r * a) + (q * r) - (q * r * b) - (r * q))));
    }
}
