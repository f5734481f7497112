using System.Text.Json.Serialization;

namespace Deliberate.Training;

/// <summary>
/// How the terms of tokens become one number. T_i is the number of tokens of sequence i in the loss, N and B those of the
/// optimizer's whole batch. Recipes write the names of verl.
/// </summary>
public enum LossAggregation
{
    /// <summary><c>token-mean</c>: sum / N. Every token weighs the same (DAPO, TRL's and verl's default).</summary>
    [JsonStringEnumMemberName("token-mean")]
    TokenMean,

    /// <summary><c>seq-mean-token-mean</c>: mean over sequences of sum / T_i. Every sequence weighs the same (GRPO).</summary>
    [JsonStringEnumMemberName("seq-mean-token-mean")]
    SequenceMeanTokenMean,

    /// <summary><c>seq-mean-token-sum</c>: sum / B (LUSPO).</summary>
    [JsonStringEnumMemberName("seq-mean-token-sum")]
    SequenceMeanTokenSum,

    /// <summary><c>seq-mean-token-sum-norm</c>: sum / a constant; B times the completion limit unless the options name another (Dr.GRPO).</summary>
    [JsonStringEnumMemberName("seq-mean-token-sum-norm")]
    TokenSumNorm,
}

/// <summary>The weight of one token under each aggregation.</summary>
internal static class Aggregation
{
    /// <param name="options">Mode, and where systems differ: whether empty sequences count, what is added to lengths, the constant.</param>
    /// <param name="normalisers">Of the optimizer's whole batch.</param>
    /// <param name="tokens">T_i, tokens in the loss of the sequence that the token belongs to.</param>
    public static double TokenWeight(PolicyOptions options, in BatchNormalisers normalisers, double tokens)
    {
        var sequences = Math.Max(options.CountEmptySequences ? normalisers.Sequences : normalisers.SequencesWithTokens, 1);
        return options.Aggregation switch
        {
            LossAggregation.TokenMean => 1 / Math.Max(normalisers.Tokens, 1),
            LossAggregation.SequenceMeanTokenMean => 1 / ((Math.Max(tokens, 1) + options.LengthEpsilon) * sequences),
            LossAggregation.SequenceMeanTokenSum => 1 / sequences,
            LossAggregation.TokenSumNorm => 1 / (options.ScaleFactor ?? sequences * Math.Max(normalisers.MaxCompletionLength, 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(options)),
        };
    }
}
