namespace Deliberate.Models;

/// <summary>Why a sample ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token or stop string, which is part of the tokens.</summary>
    Stop,

    /// <summary>The token budget was used up: the text is cut off.</summary>
    Length,
}

/// <summary>One sampled completion: token ids in, token ids out.</summary>
/// <param name="Tokens">Completion only, the stop token included.</param>
/// <param name="LogProbabilities">Of each token under the raw policy (temperature 1, no filter), nats.</param>
/// <param name="BehaviourLogProbabilities">Of each token under the distribution it was drawn from.</param>
internal sealed record Rollout(int[] Tokens, float[] LogProbabilities, float[] BehaviourLogProbabilities, FinishReason FinishReason)
{
    /// <summary>
    /// Entropies of the distributions that the tokens were drawn from, nats: the trainer's to the bit. Null where filters, penalties or
    /// constraints made those others than the policy's, and of samples that were read back.
    /// </summary>
    public float[]? Entropies { get; init; }

    /// <summary>Which tokens were not drawn but given by an environment in between: no loss is made of them, and their log-probabilities and entropies are 0. Null where all were drawn.</summary>
    public bool[]? Given { get; init; }

    /// <summary>Of the weights that it was drawn from, as a server of rollouts calls them or who samples ahead; null where the trainer's own model sampled.</summary>
    public string? WeightVersion { get; init; }

    /// <summary>Whether a token was drawn.</summary>
    public bool IsDrawn(int token) => Given is null || !Given[token];
}
