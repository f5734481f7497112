using System.Buffers;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// KL-Cov ("The entropy mechanism of RL for reasoning", arXiv 2505.22617): the unclipped surrogate <c>-ρ A</c>, plus
/// <c>coefficient · |new - old|</c> on the few tokens with the highest covariance <c>(A - mean A)(log new - mean log new)</c>, the
/// ones that collapse the entropy; on none where all have the same. Means and the threshold are taken over the whole batch and passed in (verl takes them over
/// each micro-batch). Source of the numbers: verl 0.7 <c>compute_policy_loss_kl_cov</c>.
/// </summary>
internal sealed class KlCovObjective(PolicyOptions options) : PolicyObjective("kl_cov", options)
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "kl_cov", "arXiv 2505.22617; verl 0.7 kl_cov",
        new PolicyOptions { Aggregation = LossAggregation.TokenMean, KlCovRatio = 2e-4 }, options => new KlCovObjective(options))
    { Reads = ["kl_cov_ratio", "kl_cov_coefficient", "level", "log_ratio_clamp"] };

    /// <summary>Whether a token's covariance is among the highest of the batch.</summary>
    public static bool IsPenalised(in BatchNormalisers normalisers, double advantage, double logp) =>
        !((advantage - normalisers.AdvantageMean) * (logp - normalisers.LogpMean) < normalisers.CovarianceThreshold);

    /// <summary>Adds the means and the covariance of the max(1, ratio · N)-th token from the top.</summary>
    public static BatchNormalisers WithThreshold(BatchNormalisers normalisers, in PolicyBatch batch, double ratio)
    {
        double advantage = 0, logp = 0;
        for (int i = 0, t = 0; i < batch.Sequences; i++)
            for (var end = t + batch.Length(i); t < end; t++)
            {
                if (!batch.InLoss(t)) continue;
                advantage += batch.AdvantageAt(i, t);
                logp += batch.LogpNew[t];
            }

        advantage /= normalisers.Tokens;
        logp /= normalisers.Tokens;
        var threshold = double.PositiveInfinity;
        var count = (int)normalisers.Tokens;
        var rented = ArrayPool<double>.Shared.Rent(count);
        var covariances = rented.AsSpan(0, count);
        for (int i = 0, t = 0, n = 0; i < batch.Sequences; i++)
            for (var end = t + batch.Length(i); t < end; t++)
                if (batch.InLoss(t)) covariances[n++] = (batch.AdvantageAt(i, t) - advantage) * (batch.LogpNew[t] - logp);
        covariances.Sort();
        // Where all are the same, as where every advantage is 0, none is the highest.
        if (count > 0 && covariances[0] != covariances[^1]) threshold = covariances[^Math.Max(1, (int)(count * ratio))];
        ArrayPool<double>.Shared.Return(rented);
        return normalisers with
        {
            AdvantageMean = advantage,
            LogpMean = logp,
            CovarianceThreshold = threshold,
        };
    }

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.Covariance;

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        double loss = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            var coefficient = sequence.Coefficients[t];
            if (coefficient == 0) continue;
            var advantage = sequence.Advantage(t);
            var surrogate = -Math.Exp(sequence.LogWeights[t]) * advantage;
            loss += coefficient * surrogate;
            gradLogWeight[t] += coefficient * surrogate;
            if (!IsPenalised(normalisers, advantage, sequence.LogpNew[t])) continue;
            var penalty = KlEstimator.Evaluate(KlKind.Abs, sequence.LogRatios[t], out var slope);
            loss += coefficient * Options.KlCovCoefficient * penalty;
            gradLogp[t] += coefficient * Options.KlCovCoefficient * slope;
        }

        return loss;
    }
}
