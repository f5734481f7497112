namespace Deliberate.Training;

/// <summary>
/// A ragged batch of completions as an objective sees it: sequences one after the other, no padding. Log-probabilities are
/// natural logs (nats) of the sampled tokens. Token spans are <c>[tokens]</c>, sequence spans <c>[sequences]</c>; an empty
/// optional span means that the thing is absent.
/// </summary>
public readonly ref struct PolicyBatch
{
    /// <summary>Where each sequence starts, and the end of the last: <c>[sequences + 1]</c>. Need not start at zero; token spans start at the first.</summary>
    public required ReadOnlySpan<int> Offsets { get; init; }

    /// <summary>Log-probability under the policy being trained.</summary>
    public required ReadOnlySpan<double> LogpNew { get; init; }

    /// <summary>One advantage a sequence. Ignored where <see cref="TokenAdvantages"/> is given.</summary>
    public ReadOnlySpan<double> Advantages { get; init; }

    /// <summary>One advantage a token (GAE, process rewards).</summary>
    public ReadOnlySpan<double> TokenAdvantages { get; init; }

    /// <summary>Log-probability under the policy that the samples came from. Empty: on-policy, that is <see cref="LogpNew"/> without gradient.</summary>
    public ReadOnlySpan<double> LogpOld { get; init; }

    /// <summary>Log-probability under the reference policy; needed where the KL coefficient is not zero.</summary>
    public ReadOnlySpan<double> LogpReference { get; init; }

    /// <summary>Log-probability that the sampler itself reported.</summary>
    public ReadOnlySpan<double> LogpSampler { get; init; }

    /// <summary>Entropy of the policy's distribution at each token, in nats.</summary>
    public ReadOnlySpan<double> Entropies { get; init; }

    /// <summary>1 for a token in the loss, 0 for one that is not (a tool's output). Empty: all are.</summary>
    public ReadOnlySpan<double> Mask { get; init; }

    /// <summary>Weight of each token for the mismatch of sampler and trainer.</summary>
    public ReadOnlySpan<double> TokenWeights { get; init; }

    /// <summary>The same, one weight a sequence.</summary>
    public ReadOnlySpan<double> SequenceWeights { get; init; }

    /// <summary>Sequences in the batch.</summary>
    public int Sequences => Offsets.Length - 1;

    /// <summary>Tokens of all sequences.</summary>
    public int Tokens => Offsets[^1] - Offsets[0];

    /// <summary>Tokens of a sequence.</summary>
    public int Length(int sequence) => Offsets[sequence + 1] - Offsets[sequence];

    /// <summary>The advantage of a token; both counted from the batch's first.</summary>
    public double AdvantageAt(int sequence, int token) => TokenAdvantages.IsEmpty ? Advantages[sequence] : TokenAdvantages[token];

    /// <summary>Whether a token, counted from the batch's first, is in the loss.</summary>
    public bool InLoss(int token) => Mask.IsEmpty || Mask[token] > 0;

    /// <summary>A micro-batch: some consecutive sequences of this batch.</summary>
    public PolicyBatch Slice(int first, int count)
    {
        var start = Offsets[first] - Offsets[0];
        var tokens = Offsets[first + count] - Offsets[first];
        return new PolicyBatch
        {
            Offsets = Offsets.Slice(first, count + 1),
            LogpNew = Part(LogpNew, start, tokens),
            Advantages = Part(Advantages, first, count),
            TokenAdvantages = Part(TokenAdvantages, start, tokens),
            LogpOld = Part(LogpOld, start, tokens),
            LogpReference = Part(LogpReference, start, tokens),
            LogpSampler = Part(LogpSampler, start, tokens),
            Entropies = Part(Entropies, start, tokens),
            Mask = Part(Mask, start, tokens),
            TokenWeights = Part(TokenWeights, start, tokens),
            SequenceWeights = Part(SequenceWeights, first, count),
        };
    }

    /// <summary>Refuses spans whose lengths do not belong together: a bug of the caller, not of the user.</summary>
    internal void Check(PolicyOptions options)
    {
        Fits(LogpNew, Tokens, nameof(LogpNew), optional: false);
        if (TokenAdvantages.IsEmpty) Fits(Advantages, Sequences, nameof(Advantages), optional: false);
        Fits(TokenAdvantages, Tokens, nameof(TokenAdvantages));
        Fits(LogpOld, Tokens, nameof(LogpOld));
        Fits(LogpReference, Tokens, nameof(LogpReference), optional: options.KlCoefficient == 0);
        Fits(LogpSampler, Tokens, nameof(LogpSampler));
        Fits(Entropies, Tokens, nameof(Entropies), optional: options.EntropyCoefficient == 0 && options.TopEntropyQuantile >= 1);
        Fits(Mask, Tokens, nameof(Mask));
        Fits(TokenWeights, Tokens, nameof(TokenWeights));
        Fits(SequenceWeights, Sequences, nameof(SequenceWeights));
    }

    private static ReadOnlySpan<double> Part(ReadOnlySpan<double> span, int start, int count) => span.IsEmpty ? span : span.Slice(start, count);

    private static void Fits(ReadOnlySpan<double> span, int count, string name, bool optional = true)
    {
        if (span.Length == count || (optional && span.IsEmpty)) return;
        throw new ArgumentException($"{name} has {span.Length} values where the batch has {count}.", name);
    }
}
