using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// CISPO (MiniMax-M1, arXiv 2506.13585): REINFORCE with a clipped importance weight that has no gradient,
/// <c>-sg(min(ρ, ε_high)) A new</c>: no token loses its gradient, however far it moved. <see cref="PolicyOptions.EpsilonHigh"/> is an
/// absolute cap on the weight (5, TRL's recommendation), there is no lower bound. verl's kind clips to [1 - ε_low, 1 + ε_high]:
/// <c>cispo_band</c>. Source of the numbers: TRL 1.16 <c>loss_type="cispo"</c> and verl 0.7 <c>compute_policy_loss_cispo</c>.
/// </summary>
internal sealed class CispoObjective(string name, PolicyOptions options, bool band) : PolicyObjective(name, options)
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "cispo", "arXiv 2506.13585; TRL 1.16 loss_type=cispo",
        new PolicyOptions { EpsilonHigh = 5, Aggregation = LossAggregation.TokenMean }, options => new CispoObjective("cispo", options, band: false))
    { Reads = ["epsilon_high", "level", "log_ratio_clamp"] };

    public static PolicyObjectiveEntry BandEntry { get; } = new(
        "cispo_band", "arXiv 2506.13585; verl 0.7 cispo",
        new PolicyOptions { Aggregation = LossAggregation.TokenMean, LogRatioClamp = 20 }, options => new CispoObjective("cispo_band", options, band: true))
    { Reads = ["epsilon_low", "epsilon_high", "level", "log_ratio_clamp"] };

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.Weighted;

    internal override (double Low, double High) DeviceBounds => band ? base.DeviceBounds : (0, Options.EpsilonHigh);

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        var (floor, cap) = band ? (1 - Options.EpsilonLow, 1 + Options.EpsilonHigh) : (0, Options.EpsilonHigh);
        double loss = 0, low = 0, high = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.InLoss(t)) continue;
            var advantage = sequence.Advantage(t);
            var ratio = Math.Exp(sequence.LogWeights[t]);
            if (ratio > cap && (band || advantage > 0)) high++;
            if (ratio < floor) low++;
            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            var slope = -Math.Clamp(ratio, floor, cap) * advantage;
            loss += coefficient * slope * sequence.LogpNew[t];
            gradLogp[t] += coefficient * slope;
        }

        if (Options.Level == ImportanceLevel.Token) metrics.AddClips(low, high, sequence.Tokens);
        else metrics.AddClips(Math.Min(low, 1), Math.Min(high, 1), 1);
        return loss;
    }
}
