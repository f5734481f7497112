using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Shows a run's stages, evaluations and notices on a <see cref="IProgressView"/>, each line opening with the run's name.</summary>
internal sealed class RunProgress(IProgressView view, string name) : IRunObserver
{
    /// <summary>What of metrics.jsonl is worth a place beside the bar, how it is called there, and its format.</summary>
    private static readonly (RunMetric Metric, string Label, string Format)[] Shown =
    [
        (OptimizerMetrics.Supervised.Loss, "loss", "0.000"),
        (SampleMetrics.ExpertIteration.Accuracy, "accuracy", "0.00"),
        (OptimizerMetrics.ExpertIteration.Loss, "loss", "0.000"),
        (SampleMetrics.Reinforcement.Accuracy, "accuracy", "0.00"),
        (SampleMetrics.Reinforcement.AllStepsRight, "every step right", "0.00"),
        (SampleMetrics.Reinforcement.CompletionLength, "completion length", "0"),
    ];

    private static readonly RunMetric[] Rates = [TimingMetrics.SupervisedTokens, TimingMetrics.ExpertTokens, TimingMetrics.ReinforcementSampledTokens];

    public void Planned(RunPlan plan)
    {
        foreach (var line in PlanText.Brief(plan)) view.Note($"{name}: {line}");
    }

    public void StageStarted(RunStage stage, int done, int steps)
    {
        if (stage != RunStage.Done) view.Begin($"{name}: {RunWords.Stage(stage)}", steps, done);
    }

    public void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings)
    {
        var parts = new List<string>();
        foreach (var (metric, label, format) in Shown)
        {
            if (metrics.Find(metric) is { } value) parts.Add($"{label} {value.ToString(format, CultureInfo.InvariantCulture)}");
        }

        foreach (var rate in Rates)
        {
            if (timings.Find(rate) is { } value) parts.Add(Quantity.Rate(value, "tokens"));
        }

        view.Advance(done, string.Join(", ", parts));
    }

    public void EvaluationStarted(string evaluation, int samples) => view.Note($"{name}: evaluation {evaluation}, {samples} samples ...");

    public void EvaluationDone(EvaluationSummary summary)
    {
        var steps = summary.AllStepsRight.Value > 0 ? $", every step right {summary.AllStepsRight.WithRange(NumberStyle.Share)}" : "";
        view.Note($"{name}: evaluation {summary.Name}: right answers {summary.Accuracy.WithRange(NumberStyle.Share)}{steps}; {summary.Accuracy.Count()}, 95% intervals by {EstimateText.Methods([summary.Accuracy, summary.AllStepsRight])}");
    }

    public void CheckpointSaved(string checkpoint)
    {
    }

    public void Notice(string message) => view.Note($"{name}: {message}");
}
