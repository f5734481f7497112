using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Soft adaptive policy optimisation (SAPO, arXiv 2511.20347): the hard clip becomes a gate, <c>-(4/τ) σ(τ (ρ - 1)) A</c>, whose
/// slope is 1 on-policy and fades with distance. τ is 1 for A above 0 and 1.05 otherwise: negative tokens fade sooner.
/// Source of the numbers: TRL 1.16 <c>loss_type="sapo"</c>, verl 0.7 <c>compute_policy_loss_sapo</c>.
/// </summary>
internal sealed class SapoObjective(PolicyOptions options) : PolicyObjective("sapo", options)
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "sapo", "arXiv 2511.20347; TRL 1.16 loss_type=sapo", new PolicyOptions(), options => new SapoObjective(options))
    { Reads = ["temperature_positive", "temperature_negative", "level", "log_ratio_clamp"] };

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.Gated;

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double loss = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            var advantage = sequence.Advantage(t);
            var temperature = advantage > 0 ? Options.TemperaturePositive : Options.TemperatureNegative;
            var ratio = Math.Exp(sequence.LogWeights[t]);
            var gate = 1 / (1 + Math.Exp(-temperature * (ratio - 1)));
            loss -= coefficient * 4 / temperature * gate * advantage;

            // gate · (1 - gate) without the cancellation; 0 before ratio can make infinity times 0.
            var slope = gate / (1 + Math.Exp(temperature * (ratio - 1)));
            if (slope > 0) gradLogWeight[t] -= coefficient * 4 * slope * ratio * advantage;
        }

        return loss;
    }
}
