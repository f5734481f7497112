using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// GSPO-token (arXiv 2507.18071, section 4.3): GSPO's sequence weight with a gradient a token, so that advantages may differ
/// inside a sequence: <c>log s_t = sg(mean log ratio) + new_t - sg(new_t)</c>, at most 10, in PPO's clip. The gradient is not the
/// derivative of the value. Source of the numbers: verl 0.7 <c>compute_policy_loss_gspo</c> (always seq-mean-token-mean).
/// </summary>
internal sealed class GspoTokenObjective(PolicyOptions options) : PolicyObjective("gspo_token", options)
{
    private const double Cap = 10;

    public static PolicyObjectiveEntry Entry { get; } = new(
        "gspo_token", "arXiv 2507.18071; verl 0.7 gspo",
        new PolicyOptions { EpsilonLow = 3e-4, EpsilonHigh = 4e-4 }, options => new GspoTokenObjective(options))
    { Reads = ["epsilon_low", "epsilon_high"] };

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.SequenceToken;

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double sum = 0;
        for (var t = 0; t < sequence.Length; t++)
            if (sequence.InLoss(t)) sum += sequence.LogRatios[t];
        var logWeight = sum / Math.Max(sequence.Tokens, 1);
        var ratio = Math.Exp(Math.Min(logWeight, Cap));
        var clipped = Math.Clamp(ratio, 1 - Options.EpsilonLow, 1 + Options.EpsilonHigh);
        var moves = logWeight <= Cap;
        double loss = 0, low = 0, high = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.InLoss(t)) continue;
            var advantage = sequence.Advantage(t);
            if (ratio < clipped && advantage < 0) low++;
            if (ratio > clipped && advantage > 0) high++;
            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            loss += coefficient * Math.Max(-advantage * ratio, -advantage * clipped);
            var isClipped = -advantage * clipped > -advantage * ratio;
            if (moves && !isClipped) gradLogp[t] -= coefficient * advantage * ratio;
        }

        metrics.AddClips(low, high, sequence.Tokens);
        return loss;
    }
}
