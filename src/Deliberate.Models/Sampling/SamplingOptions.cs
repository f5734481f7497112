using System.ComponentModel.DataAnnotations;

namespace Deliberate.Models;

/// <summary>How a token is drawn from the logits: divided by the temperature, then filtered in this order: top-k, top-p, min-p.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 takes the most likely token.</summary>
    [Range(0, 100)]
    public double Temperature { get; init; } = 1;

    /// <summary>Keep the k most likely tokens, ties included; 0 for all.</summary>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Keep the smallest set of most likely tokens with at least this mass; 1 for all.</summary>
    [Range(0, 1)]
    public double TopP { get; init; } = 1;

    /// <summary>Keep tokens with at least this share of the most likely one's probability; 0 for all.</summary>
    [Range(0, 1)]
    public double MinP { get; init; }

    /// <summary>Whether the distribution drawn from is the temperature-scaled one, whole: what RL trains on.</summary>
    internal bool Unfiltered => TopK == 0 && TopP >= 1 && MinP <= 0;
}

/// <summary>Why a sample ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token or stop sequence, which is part of the tokens.</summary>
    Stop,

    /// <summary>The token budget was used up: the text is cut off.</summary>
    Length,
}

/// <summary>Samples to draw from one prompt.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="MaxTokens">Token budget of each sample.</param>
/// <param name="Streams">One random stream for each sample; token i is drawn with the number at position i.</param>
internal sealed record SampleRequest(int[] Prompt, int MaxTokens, Deliberate.Core.RandomStream[] Streams);

/// <summary>One sampled completion: token ids in, token ids out.</summary>
/// <param name="Tokens">Completion only, the stop token included.</param>
/// <param name="LogProbabilities">Of each token under the raw policy (temperature 1, no filter), nats.</param>
/// <param name="BehaviourLogProbabilities">Of each token under the distribution it was drawn from.</param>
internal sealed record Rollout(int[] Tokens, float[] LogProbabilities, float[] BehaviourLogProbabilities, FinishReason FinishReason);
