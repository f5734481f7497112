using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// VESPO (arXiv 2602.10693; TRL 1.16 <c>loss_type="vespo"</c>): REINFORCE weighted by a smooth function of the sequence's importance weight that has no
/// gradient, <c>-sg(φ) A new</c>, <c>log φ = λ + k W - λ e^W</c>, <c>W = clamp(Σ clamp(new - old, ±20) + Σ clamp(log u), ln 1e-8, 20)</c>: 1
/// on-policy, fading on both sides. (k, λ) is (2, 3) for A of at least 0, (3, 2) below. The sampler weights u go into W.
/// </summary>
internal sealed class VespoObjective(PolicyOptions options) : PolicyObjective("vespo", options)
{
    private const double Bound = 20;
    private static readonly double Floor = Math.Log(1e-8);

    public static PolicyObjectiveEntry Entry { get; } = new(
        "vespo", "arXiv 2602.10693; TRL 1.16 loss_type=vespo",
        new PolicyOptions { Aggregation = LossAggregation.TokenMean }, options => new VespoObjective(options))
    { TakesTokenAdvantages = false, Reads = ["vespo_exponent_positive", "vespo_decay_positive", "vespo_exponent_negative", "vespo_decay_negative"] };

    protected override bool TakesSamplerWeights => true;

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.Smooth;

    internal override double LogOfSamplerWeight(double weight) => Math.Clamp(Math.Log(weight), Floor, Bound);

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double sum = 0;
        for (var t = 0; t < sequence.Length; t++)
            if (sequence.InLoss(t)) sum += Math.Clamp(sequence.LogRatios[t], -Bound, Bound);
        foreach (var weight in sequence.SamplerWeights) sum += LogOfSamplerWeight(weight);
        var log = Math.Clamp(sum, Floor, Bound);

        double loss = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            var advantage = sequence.Advantage(t);
            if (t == 0) metrics.AddPhi(Phi(log, advantage));
            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            var slope = -Phi(log, advantage) * advantage;
            loss += coefficient * slope * sequence.LogpNew[t];
            gradLogp[t] += coefficient * slope;
        }

        return loss;
    }

    private double Phi(double log, double advantage)
    {
        var (exponent, decay) = advantage >= 0
            ? (Options.VespoExponentPositive, Options.VespoDecayPositive)
            : (Options.VespoExponentNegative, Options.VespoDecayNegative);
        return Math.Exp(decay + (exponent * log) - (decay * Math.Exp(log)));
    }
}
