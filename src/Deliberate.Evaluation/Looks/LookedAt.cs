using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>The difference of two logs on the items that both have so far, which may still be growing.</summary>
internal static class LookedAt
{
    /// <param name="from">The first model's log.</param>
    /// <param name="to">The second's.</param>
    /// <param name="score">A score of the samples; null for right or not.</param>
    /// <exception cref="UserError">The two measure different things.</exception>
    public static Estimate Difference(EvaluationLogFile from, EvaluationLogFile to, string? score)
    {
        // How many items a log is to have differs while one grows; what an item is must not.
        if (from.Head.Task != to.Head.Task || from.Head.Version != to.Head.Version) throw new UserError($"The logs are of {from.Head.Task}@{from.Head.Version} and {to.Head.Task}@{to.Head.Version}.", to.Path, advice: "Compare two models on one task.");
        if (from.Head.Scorer != to.Head.Scorer || from.Head.Judge != to.Head.Judge) throw new UserError("The logs were judged by different judges.", to.Path, advice: "Judge one of them anew: deliberate eval regrade.");
        var value = score is null ? TaskMetric.RightOrNot : TaskMetric.Score(score);
        var (first, second) = (Values(from, value), Values(to, value));
        var isShare = first.Values.Concat(second.Values).All(v => v.All(x => x is >= 0 and <= 1));
        return ClusteredDifferenceMetric.Of(first, second, isShare ? MeasureKind.Share : MeasureKind.Length);
    }

    private static ItemValues<(string Cluster, string Item)> Values(EvaluationLogFile log, Func<SampleResult, double?> value)
    {
        var values = new ItemValues<(string, string)>();
        foreach (var sample in log.Samples().Select(s => s.ToResult()))
            if (value(sample) is { } found) values.Add((sample.Cluster, sample.Item), found);
        return values;
    }
}
