namespace Deliberate.Training;

/// <summary>One sequence of a batch with what the shared steps prepared for its policy term. Spans are <c>[length]</c>.</summary>
public readonly ref struct PolicySequence
{
    /// <summary>log new, natural.</summary>
    public required ReadOnlySpan<double> LogpNew { get; init; }

    /// <summary>log new - log old, not clamped; 0 on-policy.</summary>
    public required ReadOnlySpan<double> LogRatios { get; init; }

    /// <summary>The log importance weight of each token at the options' level (the same for all tokens of a sequence-level one).</summary>
    public required ReadOnlySpan<double> LogWeights { get; init; }

    /// <summary>What each token's term is multiplied by before it is summed: mask, aggregation, off-policy and entropy mask, sampler weight.</summary>
    public required ReadOnlySpan<double> Coefficients { get; init; }

    /// <summary>1 in the loss, 0 not; empty: all are.</summary>
    public required ReadOnlySpan<double> Mask { get; init; }

    /// <summary>One value, or one a token.</summary>
    public required ReadOnlySpan<double> Advantages { get; init; }

    /// <summary>Sampler weights: none, one, or one a token.</summary>
    public required ReadOnlySpan<double> SamplerWeights { get; init; }

    /// <summary>T, tokens in the loss.</summary>
    public required double Tokens { get; init; }

    /// <summary>Tokens, those that are not in the loss included.</summary>
    public int Length => LogpNew.Length;

    /// <summary>Whether all advantages of the sequence are the same by construction.</summary>
    public required bool AdvantagePerSequence { get; init; }

    /// <summary>The advantage of a token.</summary>
    public double Advantage(int token) => AdvantagePerSequence ? Advantages[0] : Advantages[token];

    /// <summary>Whether a token is in the loss.</summary>
    public bool InLoss(int token) => Mask.IsEmpty || Mask[token] > 0;
}
