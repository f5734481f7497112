using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The figures of an evaluation, of each problem's first samples: those drawn for votes alone are not among them, nor those that
/// the verifier failed on. Each figure is an estimate with its interval; what was not measured, as a length of right answers
/// where there are none, has no value.
/// </summary>
public sealed record EvaluationSummary
{
    internal EvaluationSummary()
    {
    }

    /// <summary>start, base, ei-round-001, rl-000020, ..., final.</summary>
    public required string Name { get; init; }

    /// <summary>How many.</summary>
    public required int Problems { get; init; }

    /// <summary>In all, those that the verifier failed on left out.</summary>
    public required int Samples { get; init; }

    /// <summary>Samples with a right answer.</summary>
    public required int Right { get; init; }

    /// <summary>Share of right answers; pass@1.</summary>
    public required Estimate Accuracy { get; init; }

    /// <summary>Share of samples with a right answer and every step right.</summary>
    public required Estimate AllStepsRight { get; init; }

    /// <summary>Share of samples that the budget cut off.</summary>
    public required Estimate Truncated { get; init; }

    /// <summary>Mean length of the completions, in tokens, the end token not counted.</summary>
    public required Estimate CompletionLength { get; init; }

    /// <summary>The same of those with a right answer.</summary>
    public required Estimate CompletionLengthRight { get; init; }

    /// <summary>The same of the others.</summary>
    public required Estimate CompletionLengthWrong { get; init; }

    /// <summary>Mean length of their thoughts, tags included, those without one counted as 0; no value where it was not counted.</summary>
    public required Estimate ThoughtLength { get; init; }

    /// <summary>For each smaller budget, the share of samples that are right within it.</summary>
    public required IReadOnlyList<(int Budget, Estimate Accuracy)> Budgets { get; init; }

    /// <summary>Samples without an answer that could be read; not right, and told apart from wrong ones.</summary>
    public int Unscored { get; init; }

    /// <summary>Samples that the budget cut off within their thought; not right either, and not among <see cref="Unscored"/>.</summary>
    public int CutWhileThinking { get; init; }

    /// <summary>Samples that the verifier failed on; not among <see cref="Samples"/>.</summary>
    public int HarnessErrors { get; init; }

    /// <summary>Right answers by problem, to pair two evaluations by.</summary>
    internal ItemValues<(long Index, string Text)> RightByProblem { get; init; } = new();

    internal static EvaluationSummary Of(string name, IEnumerable<ScoredSample> graded, int samples, IReadOnlyList<int> budgets)
    {
        ScoredSample[] all = [.. graded.Where(s => s.Attempt < samples)], counted = [.. all.Where(s => s.IsJudged)];
        var accuracy = SampleMeasure.Accuracy.Of(counted);
        return new EvaluationSummary
        {
            Name = name,
            Problems = accuracy.N,
            Samples = counted.Length,
            Right = counted.Count(SampleMeasure.IsRight),
            Accuracy = accuracy,
            AllStepsRight = SampleMeasure.StepsRight.Of(counted),
            Truncated = SampleMeasure.Truncated.Of(counted),
            CompletionLength = SampleMeasure.CompletionLength.Of(counted),
            CompletionLengthRight = SampleMeasure.CompletionLengthRight.Of(counted),
            CompletionLengthWrong = SampleMeasure.CompletionLengthWrong.Of(counted),
            ThoughtLength = SampleMeasure.ThoughtLength.Of(counted),
            Budgets = [.. budgets.Select(b => (b, SampleMeasure.Within(b).Of(counted)))],
            Unscored = counted.Count(s => s.Outcome == SampleOutcome.Unscored),
            CutWhileThinking = counted.Count(s => s.Outcome == SampleOutcome.CutWhileThinking),
            HarnessErrors = all.Length - counted.Length,
            RightByProblem = SampleMeasure.Accuracy.ByProblem(counted),
        };
    }

    /// <summary>The names that <see cref="Values"/> may give.</summary>
    internal static IReadOnlyList<string> Names(IReadOnlyList<int> budgets) =>
        [.. EvaluationMetrics.Run.All.Where(m => !m.IsFamily).Select(m => m.Name), .. budgets.Select(b => EvaluationMetrics.Run.AccuracyWithin.For(b).Name)];

    /// <summary>As TensorBoard shows them.</summary>
    internal MetricValues Values(EvaluationMetrics names)
    {
        var values = new MetricValues();
        Add(names.Accuracy, Accuracy);
        Add(names.AllStepsRight, AllStepsRight);
        Add(names.Truncated, Truncated);
        if (Samples > 0) values.Add(names.Unscored, (double)Unscored / Samples);
        if (Samples > 0) values.Add(names.CutWhileThinking, (double)CutWhileThinking / Samples);
        values.Add(names.HarnessErrors, HarnessErrors);
        Add(names.CompletionLength, CompletionLength);
        Add(names.CompletionLengthRight, CompletionLengthRight);
        Add(names.CompletionLengthWrong, CompletionLengthWrong);
        if (ThoughtLength.Value > 0) Add(names.ThoughtLength, ThoughtLength);
        foreach (var (budget, accuracy) in Budgets) Add(names.AccuracyWithin.For(budget), accuracy);
        return values;

        void Add(RunMetric metric, Estimate estimate)
        {
            if (estimate.IsMeasured) values.Add(metric, estimate.Value);
        }
    }
}
