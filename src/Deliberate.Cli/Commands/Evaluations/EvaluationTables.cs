using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>An evaluation's results as tables: every figure with its interval, what is missing, cut and empty, and the budget beside it.</summary>
internal static class EvaluationTables
{
    private static readonly string[] Columns = ["model", "measure", "value", "n", "missing", "at worst to at best", "cut", "empty", "budget"];

    public static void Write(EvaluationReport report)
    {
        foreach (var task in report.Results.GroupBy(r => r.Task.Name, StringComparer.Ordinal)) Write([.. task]);
        foreach (var comparison in report.Comparisons) Write(comparison);
        if (report.Requirements.Count > 0) Write(report.Requirements);
        Console.Out.WriteLine($"Logs and evaluation.json: {report.Folder}");
    }

    public static void Write(ResultComparison comparison)
    {
        foreach (var warning in comparison.Warnings) Console.Out.WriteLine($"warning: {warning}: the difference is not the model's alone.");
        Terminal.WriteTable(
            $"{comparison.From.Task.Title}: from {comparison.From.ModelName} to {comparison.To.ModelName}, on the items of both, with 95% intervals ({EstimateText.Methods(comparison.Metrics.Select(m => m.Difference))}):",
            ["measure", "from", "to", "difference", "finding", "only from", "only to", "p (Holm)", "n"],
            comparison.Metrics.Select(m => (string[])
            [
                m.Metric.Title, m.From.Value(StyleOf(m.Metric)), m.To.Value(StyleOf(m.Metric)), m.Difference.WithRange(StyleOf(m.Metric)), Words(m.Difference.Finding),
                m.P is null ? "-" : Number(m.OnlyFirst), m.P is null ? "-" : Number(m.OnlySecond), m.AdjustedP is { } p ? p.ToString("0.####", CultureInfo.InvariantCulture) : "-", Number(m.Difference.N),
            ]));
    }

    private static void Write(EvaluationResult[] results)
    {
        var task = results[0].Task;
        var names = ModelNames.Short([.. results.Select(r => r.ModelName)]);
        var rows = results.Zip(names).SelectMany(pair => pair.First.Metrics.Select((m, i) => Row(pair.First, i == 0 ? pair.Second : "", m))).ToArray();
        // A narrow console has no room for columns in which nothing stands.
        int[] shown = [.. Enumerable.Range(0, Columns.Length).Where(c => rows.Any(r => r[c].Length > 0))];
        var methods = EstimateText.Methods(results.SelectMany(r => r.Metrics).Select(m => m.Estimate));
        Terminal.WriteTable($"{task.Title} ({task.Id}){(methods.Length > 0 ? $", with 95% intervals ({methods})" : "")}:", [.. shown.Select(c => Columns[c])], rows.Select(r => (string[])[.. shown.Select(c => r[c])]), words: 2);
        foreach (var result in results) Write(result);
        if (task.Published.Count > 0)
        {
            Terminal.WriteTable("Published:", ["measure", "model", "value", "source"], task.Published.Select(p => (string[])[p.Metric, p.Model, p.Value.ToString("0.###", CultureInfo.InvariantCulture), p.Source]), words: 2);
            if (task.Differences.Length > 0) Console.Out.WriteLine($"Not to be compared without this: {task.Differences}");
        }
    }

    /// <param name="name">Of the model, in the first of its rows; empty in the others.</param>
    private static string[] Row(EvaluationResult result, string name, MetricResult measure)
    {
        var isFirst = name.Length > 0;
        var style = StyleOf(measure.Metric);
        var bounds = measure.Lowest is { HasInterval: true } low && measure.Highest is { HasInterval: true } high ? NumberText.Range(low.Low, high.High, style) : "";
        return
        [
            name, measure.Slice.Length > 0 ? $"- {measure.Slice}" : measure.Metric.Title, measure.Estimate.WithRange(style), measure.Estimate.Count()["n = ".Length..],
            measure.Missing > 0 ? Number(measure.Missing) : "", bounds, isFirst ? Share(result.CutShare) : "", isFirst ? Share(result.EmptyShare) : "", isFirst ? result.MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "its own" : "",
        ];
    }

    /// <summary>What became of the samples, and what they took.</summary>
    private static void Write(EvaluationResult result)
    {
        var outcomes = string.Join(", ", result.Outcomes.OrderBy(o => o.Key).Select(o => $"{o.Value} {RecipeWriter.Scalar(o.Key).Replace('_', ' ')}"));
        var rest = result.NotAsked > 0 ? $", {result.NotAsked} not asked" : "";
        var usage = $"{Quantity.Count(result.Usage.InputTokens)} tokens in, {Quantity.Count(result.Usage.OutputTokens)} out{(result.Usage.Cost > 0 ? FormattableString.Invariant($", cost {result.Usage.Cost:0.00##}") : "")}{(result.Usage.FromCache > 0 ? $", {result.Usage.FromCache} answers from the cache" : "")}";
        Console.Out.WriteLine($"{result.ModelName}: {outcomes}{rest}; {usage}.{(result.Model.IsVerifiable || result.Model.Kind == "mock" ? "" : " A remote model: its name is all that is known of it.")}");
        if (result.IsInconclusive) Console.Out.WriteLine(FormattableString.Invariant($"{result.ModelName}: inconclusive: of {100 * result.MissingShare:0.#}% of the samples nothing was found out, more than the allowed {100 * result.AllowedMissing:0.#}% (--max-missing)."));
    }

    internal static void Write(IReadOnlyList<RequirementResult> requirements) => Terminal.WriteTable(
        "Requirements, decided on the end of the interval that speaks against them:", ["requirement", "model", "finding", "measured"],
        requirements.Select(r => (string[])[r.Requirement.Text, r.Model, r.Finding switch { RequirementFinding.Holds => "holds", RequirementFinding.Fails => "FAILS", _ => "inconclusive" }, r.Why]), words: 4);

    private static NumberStyle StyleOf(TaskMetric metric) => metric.IsShare || metric.IsSmall ? NumberStyle.Share : NumberStyle.Tenths;

    private static string Words(Finding finding) => finding switch { Finding.Larger => "larger", Finding.Smaller => "smaller", _ => "not told apart" };

    private static string Share(double share) => share.ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
