using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The samples of one problem in one step of a stage that learns from its own samples.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Attempt">0, or the round of dynamic sampling that drew it.</param>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Rollouts">The samples.</param>
/// <param name="Graded">The same, graded.</param>
internal sealed record RolloutGroup(Problem Problem, int Attempt, int[] Prompt, Rollout[] Rollouts, GradedSample[] Graded)
    : PolicyGroup(Prompt, Rollouts, new double[Rollouts.Length])
{
    /// <summary>The score that each sample's reward was made from: the verifier's own, or the worst where it read no answer; NaN where it failed.</summary>
    public double[] Scores { get; } = new double[Rollouts.Length];

    /// <summary>What an unreadable sample's parts would have earned above the least readable one, and did not; else 0.</summary>
    public double[] Withheld { get; } = new double[Rollouts.Length];

    /// <summary>Which samples are trained on: all, unless the stage chooses among them.</summary>
    public bool[] Kept { get; } = [.. Enumerable.Repeat(true, Rollouts.Length)];

    /// <summary>Whether any of its samples are trained on: dynamic sampling leaves flat groups out.</summary>
    public bool Trained
    {
        get => Array.IndexOf(Kept, true) >= 0;
        set => Array.Fill(Kept, value);
    }

    /// <summary>Right (1) or not (0) of each sample, whatever it was rewarded for; NaN of one that the verifier failed on.</summary>
    public double[] Accuracies => [.. Graded.Select(s => !s.Grade.IsGraded ? double.NaN : s.Grade.Correct > 0 ? 1 : 0)];

    /// <summary>Whether at least two samples were judged: one alone has nothing to be compared with.</summary>
    public bool IsJudged => Graded.Count(s => s.Grade.IsGraded) >= 2;

    /// <summary>Whether all samples that have a reward have the same, and so teach nothing.</summary>
    public bool IsFlat => RewardSpread.Of(Rewards).IsFlat;
}
