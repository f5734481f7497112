using Deliberate.Training;

namespace OwnObjective;

/// <summary>
/// Tapered off-policy REINFORCE (TOPR, arXiv 2503.14286). What was good is imitated with full weight, however unlikely the policy
/// finds it by now; what was bad is pushed down only as far as the policy would still write it:
/// <c>-A log new</c> for A of at least 0, else <c>-sg(min(ρ, 1)) A log new</c>, ρ being the importance weight of the whole sequence.
/// </summary>
public sealed class ToprObjective(PolicyOptions options) : PolicyObjective("topr", options)
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "topr", "arXiv 2503.14286", new PolicyOptions { Level = ImportanceLevel.SequenceProduct, Aggregation = LossAggregation.TokenMean }, options => new ToprObjective(options));

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double loss = 0, tapered = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            // Mask, aggregation and sampler weight in one; tokens where it is 0 are none of ours.
            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            var advantage = sequence.Advantage(t);
            var ratio = Math.Exp(sequence.LogWeights[t]);
            if (advantage < 0 && ratio < 1) tapered = 1;

            // The weight has no gradient, so nothing goes through gradLogWeight.
            var slope = -coefficient * advantage * (advantage < 0 ? Math.Min(ratio, 1) : 1);
            loss += slope * sequence.LogpNew[t];
            gradLogp[t] += slope;
        }

        metrics.AddClips(low: tapered, high: 0, units: 1);
        return loss;
    }
}
