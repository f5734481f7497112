using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The samples of one problem in one step of a stage that learns from its own samples.</summary>
/// <param name="Group">The samples with their verdicts.</param>
/// <param name="Round">0, or the round of dynamic sampling that drew it.</param>
internal sealed record RolloutGroup(SampleGroup Group, int Round)
    : PolicyGroup(Group.Prompt, [.. Group.Samples.Select(s => s.Sample.Rollout!)], new double[Group.Samples.Length])
{
    public Problem Problem => Group.Problem;

    /// <inheritdoc/>
    public override IReadOnlyList<double[]?>? TokenRewards { get; init; } = Array.Exists(Group.Samples, s => s.Sample.Episode is not null) ? [.. Group.Samples.Select(s => s.Sample.Episode?.TokenRewards(s.Sample.Tokens.Count))] : null;

    public ScoredSample[] Samples => Group.Samples;

    /// <summary>The score that each sample's reward was made from: the scorer's own, or the worst where it read no answer; NaN where it failed.</summary>
    public double[] Scores { get; } = new double[Group.Samples.Length];

    /// <summary>What reward models say of each sample, by the names of their terms.</summary>
    public Dictionary<string, double[]> ModelScores { get; } = new(StringComparer.Ordinal);

    /// <summary>Which samples are trained on: all that were judged, unless the stage chooses among them.</summary>
    public bool[] Kept { get; } = [.. Group.Samples.Select(s => s.IsJudged)];

    /// <summary>Whether any of its samples are trained on: dynamic sampling leaves flat groups out.</summary>
    public bool Trained
    {
        get => Array.IndexOf(Kept, true) >= 0;
        set => Array.Fill(Kept, value);
    }

    /// <summary>Right (1) or not (0) of each sample, whatever it was rewarded for; NaN of one that nobody could judge.</summary>
    public double[] Accuracies => [.. Samples.Select(s => !s.IsJudged ? double.NaN : s.IsRight ? 1 : 0)];

    /// <summary>The most likely completion of the problem, a group of its own; null where the advantages do not ask for it.</summary>
    public RolloutGroup? Greedy { get; set; }

    /// <summary>Whether at least two samples were judged, where there are several: one left of them has nothing to be compared with.</summary>
    public bool IsJudged => Samples.Count(s => s.IsJudged) >= Math.Min(2, Samples.Length);

    /// <summary>Whether all samples that have a reward have the same, and so teach nothing.</summary>
    public bool IsFlat => RewardSpread.Of(Rewards).IsFlat;
}
