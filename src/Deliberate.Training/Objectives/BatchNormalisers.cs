namespace Deliberate.Training;

/// <summary>
/// Everything that a loss takes from the optimizer's whole batch, computed once and passed to every micro-batch: results then
/// do not depend on how the batch is cut. Counts are doubles because they divide.
/// </summary>
public readonly record struct BatchNormalisers
{
    /// <summary>Of an empty batch.</summary>
    public BatchNormalisers()
    {
    }

    /// <summary>B, all sequences, those without a token in the loss too.</summary>
    public double Sequences { get; init; }

    /// <summary>Sequences with at least one token in the loss.</summary>
    public double SequencesWithTokens { get; init; }

    /// <summary>N, tokens in the loss.</summary>
    public double Tokens { get; init; }

    /// <summary>Tokens in the loss that the entropy mask keeps: the divisor of the entropy bonus.</summary>
    public double KeptTokens { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public double LongestLength { get; init; }

    /// <summary>The recipe's limit on completion tokens (Dr.GRPO divides by it).</summary>
    public double MaxCompletionLength { get; init; }

    /// <summary>Tokens with less entropy than this (nats) leave the policy term.</summary>
    public double EntropyThreshold { get; init; } = double.NegativeInfinity;

    /// <summary>Means over the tokens in the loss and the covariance from which KL-Cov penalises; see <see cref="KlCovObjective"/>.</summary>
    internal double AdvantageMean { get; init; }

    internal double LogpMean { get; init; }

    internal double CovarianceThreshold { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// Counts the whole batch. Entropies and <see cref="PolicyBatch.LogpNew"/> matter only to the options that look at them
    /// (top-entropy mask, KL-Cov); a trainer that forwards in micro-batches gives those of the scoring pass.
    /// </summary>
    public static BatchNormalisers Of(in PolicyBatch batch, PolicyOptions options, int maxCompletionLength)
    {
        if (options.TopEntropyQuantile < 1 && batch.Entropies.Length != batch.Tokens)
            throw new ArgumentException("The entropy mask needs the entropies of the whole batch.", nameof(batch));
        double tokens = 0, kept = 0;
        int withTokens = 0, longest = 0;
        var threshold = options.TopEntropyQuantile < 1
            ? EntropyMask.Threshold(batch.Entropies, batch.Mask, options.TopEntropyQuantile)
            : double.NegativeInfinity;
        for (int i = 0, t = 0; i < batch.Sequences; i++)
        {
            var before = tokens;
            var end = t + batch.Length(i);
            longest = Math.Max(longest, batch.Length(i));
            for (; t < end; t++)
            {
                if (!batch.InLoss(t)) continue;
                tokens++;
                if (EntropyMask.Keeps(threshold, batch.Entropies, t)) kept++;
            }

            if (tokens > before) withTokens++;
        }

        var normalisers = new BatchNormalisers
        {
            Sequences = batch.Sequences,
            SequencesWithTokens = withTokens,
            Tokens = tokens,
            KeptTokens = kept,
            LongestLength = longest,
            MaxCompletionLength = maxCompletionLength,
            EntropyThreshold = threshold,
        };
        return options.KlCovRatio > 0 ? KlCovObjective.WithThreshold(normalisers, batch, options.KlCovRatio) : normalisers;
    }
}
