namespace Deliberate.Training;

/// <summary>Over what the weight of trainer against sampler is taken.</summary>
internal enum RolloutLevel
{
    /// <summary>Each token.</summary>
    Token,

    /// <summary>The product over a sequence's tokens.</summary>
    Sequence,

    /// <summary>The geometric mean over a sequence's tokens; for rejection only.</summary>
    Geometric,
}

/// <summary>
/// verl's rollout correction (verl 0.7 <c>rollout_corr_helper</c>; "Your efficient RL framework secretly brings you off-policy RL
/// training"): truncated importance weights and rejection for samples whose log-probabilities differ between sampler and
/// trainer. <c>log ratio = log old - log sampler</c>, clamped to ±20. Weights multiply the policy term
/// (<see cref="PolicyBatch.TokenWeights"/>); a rejection mask multiplies <see cref="PolicyBatch.Mask"/>. To be computed on the
/// whole batch: normalisation divides by its mean.
/// </summary>
internal static class RolloutCorrection
{
    private const double Bound = 20;

    /// <summary>verl adds it to every count that divides.</summary>
    private const double Epsilon = 1e-8;

    /// <summary>Truncated weights, one a token (a sequence's is repeated); 0 outside the loss.</summary>
    /// <param name="level">Token or sequence.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="logRatio">log old - log sampler, <c>[tokens]</c>.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all.</param>
    /// <param name="threshold">Upper bound. Default 2 (verl).</param>
    /// <param name="normalize">Divide by the mean, over tokens or over sequences. Default false (verl).</param>
    /// <param name="weights">Out.</param>
    /// <returns>Of the weights before truncation.</returns>
    public static RolloutStatistics Weights(
        RolloutLevel level, ReadOnlySpan<int> offsets, ReadOnlySpan<double> logRatio, ReadOnlySpan<double> mask, double threshold, bool normalize, Span<double> weights)
    {
        Ratios(level, offsets, logRatio, mask, weights);
        var statistics = RolloutStatistics.Of(level, offsets, weights, mask, 1 / threshold, threshold);
        double sum = 0, count = 0;
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            double own = 0, tokens = 0;
            for (var t = offsets[i]; t < offsets[i + 1]; t++)
            {
                var inLoss = mask.IsEmpty || mask[t] > 0;
                weights[t] = inLoss ? Math.Min(weights[t], threshold) : 0;
                own += weights[t];
                if (inLoss) tokens++;
            }

            var perSequence = level != RolloutLevel.Token && tokens > 0;
            sum += perSequence ? own / (tokens + Epsilon) : own;
            count += perSequence ? 1 : tokens;
        }

        if (!normalize || sum == 0) return statistics;
        var mean = sum / (level == RolloutLevel.Token ? count + Epsilon : count);
        foreach (ref var weight in weights) weight /= mean;
        return statistics;
    }

    /// <summary>1 where the weight lies within the bounds, 0 elsewhere and outside the loss.</summary>
    /// <param name="level">Token, sequence or geometric.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="logRatio">log old - log sampler, <c>[tokens]</c>.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all.</param>
    /// <param name="upper">Greatest weight kept.</param>
    /// <param name="lower">Least; default 1 / upper (verl).</param>
    /// <param name="kept">Out: the new mask.</param>
    /// <returns>Of the weights.</returns>
    public static RolloutStatistics Reject(
        RolloutLevel level, ReadOnlySpan<int> offsets, ReadOnlySpan<double> logRatio, ReadOnlySpan<double> mask, double upper, double? lower, Span<double> kept)
    {
        var least = lower ?? 1 / upper;
        Ratios(level, offsets, logRatio, mask, kept);
        var statistics = RolloutStatistics.Of(level, offsets, kept, mask, least, upper);
        for (var t = 0; t < kept.Length; t++) kept[t] = (mask.IsEmpty || mask[t] > 0) && kept[t] >= least && kept[t] <= upper ? 1 : 0;
        return statistics;
    }

    private static void Ratios(RolloutLevel level, ReadOnlySpan<int> offsets, ReadOnlySpan<double> logRatio, ReadOnlySpan<double> mask, Span<double> ratios)
    {
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            double sum = 0, tokens = 0;
            for (var t = offsets[i]; t < offsets[i + 1]; t++)
            {
                ratios[t] = Math.Exp(Math.Clamp(logRatio[t], -Bound, Bound));
                if (!mask.IsEmpty && mask[t] == 0) continue;
                sum += logRatio[t];
                tokens++;
            }

            if (level == RolloutLevel.Token) continue;
            if (level == RolloutLevel.Geometric) sum /= Math.Max(tokens, 1);
            ratios[offsets[i]..offsets[i + 1]].Fill(Math.Exp(Math.Clamp(sum, -Bound, Bound)));
        }
    }
}
