using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>The samples of one problem as the policy update needs them.</summary>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Rollouts">The samples.</param>
/// <param name="Rewards">One a sample; NaN of one that nobody could judge, which is left out.</param>
internal record PolicyGroup(int[] Prompt, Rollout[] Rollouts, double[] Rewards)
{
    /// <summary>One a sample; set once the batch is whole (<see cref="StepAdvantages"/>). Of advantages a token their mean.</summary>
    public double[] Advantages { get; } = new double[Rollouts.Length];

    /// <summary>One a token of each sample; null where the estimator gives one a sample.</summary>
    public double[][]? TokenAdvantages { get; set; }

    /// <summary>The critic's value of each token of each sample; null without a critic.</summary>
    public double[][]? Values { get; set; }

    /// <summary>What the critic is to tell: advantages and values; null without a critic.</summary>
    public double[][]? Returns { get; set; }

    /// <summary>Log-probabilities of each sample's tokens under the policy before the step's updates; null where they are those of sampling.</summary>
    public double[][]? Old { get; set; }

    /// <summary>What each token of each sample earned at once, as environments pay their turns; null where all is earned at the end.</summary>
    public virtual IReadOnlyList<double[]?>? TokenRewards { get; init; }

    /// <summary>What the most likely completion of the problem earned; NaN where it was not drawn, or nobody could judge it.</summary>
    public double GreedyReward { get; set; } = double.NaN;

    /// <summary>The terms of the reward, not weighed, in the recipe's order; none before rewards are settled.</summary>
    public IReadOnlyList<TermValues> Terms { get; set; } = [];

    /// <summary>What an unreadable sample's terms would have earned above the least readable one, and did not; else 0.</summary>
    public double[] Withheld { get; init; } = new double[Rollouts.Length];
}

/// <summary>A term of the reward of a problem's samples.</summary>
/// <param name="Name">As records call it.</param>
/// <param name="Weight">Of the recipe.</param>
/// <param name="Values">One a sample, not weighed; NaN where it has none.</param>
internal sealed record TermValues(string Name, double Weight, double[] Values);
