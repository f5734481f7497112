using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Judges a whole conversation by a rule: what came of it counts, however its last message ended.</summary>
internal sealed class ConversationScorer(string name, Func<Sample, Verdict> judge) : IScorer
{
    public string Name => name;

    public int BatchSize => int.MaxValue;

    /// <summary>A score by its name; 0 where the model left nothing to be judged, null where it was not the model that failed.</summary>
    public static Func<SampleResult, double?> Score(string score) => sample => sample.Scores.TryGetValue(score, out var value) ? value : TaskMetric.RightOrNot(sample) is null ? null : 0;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(judge)]);
}
