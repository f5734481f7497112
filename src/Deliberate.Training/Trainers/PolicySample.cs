using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>A sampled completion to train the policy on. Arrays have a value a token.</summary>
internal sealed record PolicySample(int[] Prompt, Rollout Rollout, double Advantage)
{
    /// <summary>In place of <see cref="Advantage"/>; all samples of a batch have them or none.</summary>
    public double[]? TokenAdvantages { get; init; }

    /// <summary>Log-probabilities of the policy before the step's updates, where they are not those that it was sampled with; null where they are.</summary>
    public double[]? Old { get; init; }

    /// <summary>1 in the loss, 0 not; null where all tokens are.</summary>
    public double[]? Mask { get; set; }

    /// <summary>Weights for the difference of sampler and trainer; null without any.</summary>
    public double[]? TokenWeights { get; set; }

    /// <summary>The same, one for the whole sample; null without.</summary>
    public double? SequenceWeight { get; set; }

    /// <summary>The critic's values before the step's updates; null without one.</summary>
    public double[]? Values { get; init; }

    /// <summary>What the critic is to tell; null without one.</summary>
    public double[]? Returns { get; init; }

    /// <summary>Whether any of its tokens is in the loss.</summary>
    public bool InLoss => Mask is null || Mask.AsSpan().ContainsAnyExcept(0);

    /// <summary>Whether an update could learn anything from it.</summary>
    public bool Teaches => InLoss && (TokenAdvantages?.AsSpan().ContainsAnyExcept(0) ?? (Advantage != 0));
}
