using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>The samples of one problem as the policy update needs them.</summary>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Rollouts">The samples.</param>
/// <param name="Rewards">One a sample; NaN of one that nobody could judge, which is left out.</param>
internal record PolicyGroup(int[] Prompt, Rollout[] Rollouts, double[] Rewards)
{
    /// <summary>One a sample; set once the batch is whole (<see cref="SetAdvantages"/>).</summary>
    public double[] Advantages { get; } = new double[Rollouts.Length];

    /// <summary>The advantages of all samples of a step.</summary>
    public static void SetAdvantages(IReadOnlyList<PolicyGroup> groups, AdvantageScaling scaling)
    {
        var starts = new int[groups.Count + 1];
        for (var i = 0; i < groups.Count; i++) starts[i + 1] = starts[i] + groups[i].Rollouts.Length;
        var advantages = new double[starts[^1]];
        GroupAdvantages.Compute([.. groups.SelectMany(g => g.Rewards)], starts, scaling, advantages);
        for (var i = 0; i < groups.Count; i++) advantages.AsSpan(starts[i], groups[i].Rollouts.Length).CopyTo(groups[i].Advantages);
    }
}
