using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Runs tasks on models for a command: a log each in the evaluation's folder, a table of all at the end.</summary>
internal static class EvaluationSession
{
    public static int Run(string task, IReadOnlyList<string> models, RunSettings settings, string folder, bool json)
    {
        var asked = EvaluationTasks.Get(task);
        using var stop = new StopSignal("Stopping.");
        List<EvaluationResult> results = [];
        foreach (var name in models)
        {
            var model = EvaluationModels.Open(name);
            var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{results.Count + 1}.log"));
            using var log = EvaluationLog.Create(path, new LogHead(asked, model.Description, settings));
            var result = ProgressViews.Run(view =>
            {
                view.Begin($"{asked.Title}, {name}", (settings.Limit ?? 0) * (settings.Epochs ?? asked.Defaults.Epochs), unit: "samples");
                return new EvaluationRunner(asked, model, settings, new TaskContext { Seed = settings.Seed }).RunAsync(log, null, stop.Token).GetAwaiter().GetResult();
            });
            log.Finish(result);
            results.Add(result with { Log = path, LogHash = log.Hash });
        }

        if (json) JsonOutput.Write(results.Select(r => new { Task = r.Task.Id, Model = r.Model.Name, r.Log, r.LogHash, Measures = r.Metrics.Select(m => new { m.Metric.Name, m.Slice, m.Estimate, m.Missing, m.Lowest, m.Highest }) }));
        else foreach (var result in results) Write(result);
        return ExitCode.Success;
    }

    private static void Write(EvaluationResult result) => Terminal.WriteTable(
        string.Create(CultureInfo.InvariantCulture, $"{result.Task.Title} ({result.Task.Id}) on {result.Model.Name}, {result.Samples.Count} samples, budget {result.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "the model's own"}:"),
        ["measure", "value", "95% interval", "n", "missing"],
        result.Metrics.Select(m => (string[])[m.Slice.Length > 0 ? $"  {m.Slice}" : m.Metric.Title, m.Estimate.Value(NumberStyle.Share), m.Estimate.HasInterval ? m.Estimate.Range(NumberStyle.Share) : "-", m.Estimate.Count(), m.Missing.ToString(CultureInfo.InvariantCulture)]));
}
