using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// PPO's clipped surrogate (arXiv 1707.06347, equation 7), the term of the GRPO family:
/// <c>-min(min(ρ, δ) A, clip(ρ, 1 - ε_low, 1 + ε_high) A)</c>, and for A below 0 at most <c>c |A|</c> with a dual clip.
/// ρ is the importance weight of the options' level; δ bounds only the first factor. Where both branches are equal their
/// gradients are averaged, as PyTorch does; on-policy both are the same.
/// </summary>
internal sealed class ClippedSurrogate(string name, PolicyOptions options) : PolicyObjective(name, options)
{
    /// <summary>What it reads of the options, as <see cref="PolicyObjectiveEntry.Reads"/> has it.</summary>
    public static IReadOnlyList<string> Reads { get; } = ["epsilon_low", "epsilon_high", "delta", "dual_clip", "level", "log_ratio_clamp"];

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.Clipped;

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double low = 1 - Options.EpsilonLow, high = 1 + Options.EpsilonHigh, cap = Options.Delta ?? double.PositiveInfinity;
        double loss = 0, clippedLow = 0, clippedHigh = 0, dual = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.InLoss(t)) continue;
            var advantage = sequence.Advantage(t);
            var ratio = Math.Exp(sequence.LogWeights[t]);
            var first = Math.Min(ratio, cap);
            if (first < low && advantage < 0) clippedLow++;
            if (first > high && advantage > 0) clippedHigh++;

            var clipped = Math.Clamp(ratio, low, high);
            double u = first * advantage, v = clipped * advantage;
            var slopeU = ratio <= cap ? ratio * advantage : 0;
            var slopeV = ratio >= low && ratio <= high ? ratio * advantage : 0;
            double term, slope;
            if (u < v) (term, slope) = (-u, -slopeU);
            else if (u > v) (term, slope) = (-v, -slopeV);
            else (term, slope) = (-u, -(slopeU + slopeV) / 2);

            if (Options.DualClip is { } bound && advantage < 0 && term > -advantage * bound)
            {
                (term, slope) = (-advantage * bound, 0);
                dual++;
            }

            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            loss += coefficient * term;
            gradLogWeight[t] += coefficient * slope;
        }

        // A sequence-level weight is clipped once, whatever the number of tokens.
        if (Options.Level == ImportanceLevel.Token) metrics.AddClips(clippedLow, clippedHigh, sequence.Tokens);
        else metrics.AddClips(Math.Min(clippedLow, 1), Math.Min(clippedHigh, 1), 1);
        metrics.AddDualClips(dual);
        return loss;
    }
}
