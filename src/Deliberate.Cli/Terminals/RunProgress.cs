using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Shows a run's stages, evaluations and notices on a <see cref="IProgressView"/>, each line opening with the run's name.</summary>
internal sealed class RunProgress(IProgressView view, string name) : IRunObserver
{
    /// <summary>What of metrics.jsonl is worth a place beside the bar, how it is called there, and its format.</summary>
    private static readonly (string Key, string Label, string Format)[] Shown =
    [
        ("sft/loss", "loss", "0.000"),
        ("ei/accuracy", "right", "0.00"),
        ("ei/loss", "loss", "0.000"),
        ("rl/accuracy", "right", "0.00"),
        ("rl/all_steps_right", "every step right", "0.00"),
        ("rl/thought_tokens", "tokens a thought", "0"),
    ];

    private static readonly string[] Rates = ["sft/tokens_per_second", "ei/tokens_per_second", "rl/sampled_tokens_per_second"];

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
        foreach (var (key, label, format) in Shown)
        {
            if (Find(metrics, key) is { } value) parts.Add($"{label} {value.ToString(format, CultureInfo.InvariantCulture)}");
        }

        foreach (var key in Rates)
        {
            if (Find(timings, key) is { } value) parts.Add(Quantity.Rate(value, "tokens"));
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

    private static double? Find(IReadOnlyList<KeyValuePair<string, double>> values, string key)
    {
        foreach (var (name, value) in values)
        {
            if (name == key) return value;
        }

        return null;
    }
}
