using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The samples of one problem in one step of a stage that learns from its own samples.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Attempt">0, or the round of dynamic sampling that drew it.</param>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Rollouts">The samples.</param>
/// <param name="Graded">The same, graded.</param>
/// <param name="Accuracies">Rewards of being right, without those of length.</param>
/// <param name="Rewards">In all; NaN, as the accuracy is, of a sample that the verifier failed on.</param>
internal sealed record RolloutGroup(Problem Problem, int Attempt, int[] Prompt, Rollout[] Rollouts, GradedSample[] Graded, double[] Accuracies, double[] Rewards)
    : PolicyGroup(Prompt, Rollouts, Rewards)
{
    /// <summary>Which samples are trained on: all, unless the stage chooses among them.</summary>
    public bool[] Kept { get; } = [.. Enumerable.Repeat(true, Rollouts.Length)];

    /// <summary>Whether any of its samples are trained on: dynamic sampling leaves flat groups out.</summary>
    public bool Trained
    {
        get => Array.IndexOf(Kept, true) >= 0;
        set => Array.Fill(Kept, value);
    }

    /// <summary>Whether all samples that have a reward have the same, and so teach nothing.</summary>
    public bool IsFlat => RewardSpread.Of(Rewards).IsFlat;
}
