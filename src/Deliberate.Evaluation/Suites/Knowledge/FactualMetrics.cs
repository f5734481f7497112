using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>SimpleQA's figures, of answers that are correct, incorrect or not attempted: of all, and of those that were attempted.</summary>
internal static class FactualMetrics
{
    public const string Correct = "correct", Incorrect = "incorrect", NotAttempted = "not_attempted";

    /// <param name="slice">The tag to slice the accuracy by.</param>
    public static IReadOnlyList<TaskMetric> All(string? slice) =>
    [
        new() { Name = "accuracy", Title = "correct, of all", Value = Of(Correct), SliceBy = slice },
        new() { Name = "hallucination_rate", Title = "incorrect, of all", Value = Of(Incorrect), HigherIsBetter = false },
        new() { Name = NotAttempted, Title = "not attempted, of all", Value = Of(NotAttempted) },
        new() { Name = "accuracy_given_attempted", Title = "correct, of those attempted", Value = Of(Correct), Counts = s => Of(NotAttempted)(s) != 1 },
        new() { Name = "f1", Title = "F1 of the two accuracies", Value = Of(Correct), Custom = F1 },
    ];

    /// <summary>What was not said is not attempted.</summary>
    public static Func<SampleResult, double?> Of(string score) => sample =>
        sample.Scores.TryGetValue(score, out var value) ? value : sample.Outcome is SampleOutcome.CutWhileThinking or SampleOutcome.Unscored ? score == NotAttempted ? 1 : 0 : null;

    /// <summary>What a judge says: which of the three holds.</summary>
    public static Score[] Scores(string holds) => [.. new[] { Correct, Incorrect, NotAttempted }.Select(name => new Score(name, name == holds ? 1 : 0))];

    /// <summary>The harmonic mean of correct of all and correct of those attempted; without an interval.</summary>
    private static Estimate F1(IReadOnlyList<SampleResult> samples)
    {
        var judged = samples.Where(s => Of(Correct)(s) is not null).ToArray();
        var (correct, attempted) = (judged.Sum(s => Of(Correct)(s)!.Value), judged.Sum(s => 1 - Of(NotAttempted)(s)!.Value));
        if (judged.Length == 0 || attempted == 0) return Estimate.Unmeasured(judged.Length, judged.Length, judged.Length);
        return Estimate.WithoutInterval(2 * correct / (judged.Length + attempted), judged.Length, judged.Select(s => s.Cluster).Distinct(StringComparer.Ordinal).Count(), judged.Length);
    }
}
