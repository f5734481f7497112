using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>A campaign as tables: what each attack comes to, what all together do, how queries ended, what transfers.</summary>
internal static class AttackTables
{
    public static void Write(AttackReport report)
    {
        foreach (var (result, law) in report.Evaluation.Results.Zip(report.BestOfN))
        {
            Write(result);
            if (law is { } fit) Console.Out.WriteLine($"{result.ModelName}: {fit}");
        }

        if (report.Transfers.Count > 0)
        {
            Terminal.WriteTable(
                $"Successes of one model, asked of another; share that works there, with 95% intervals ({EstimateText.Methods(report.Transfers.Select(t => t.Works))}):", ["found on", "asked of", "cases", "works"],
                report.Transfers.Select(t => (string[])[t.From, t.To, Number(t.Cases), t.Works.WithRange(NumberStyle.Share)]), words: 2);
        }

        if (report.Evaluation.Requirements.Count > 0) EvaluationTables.Write(report.Evaluation.Requirements);
        Console.Out.WriteLine($"Logs       {report.Evaluation.Folder}");
        if (report.HasCases) Console.Out.WriteLine($"Successes  {report.Cases}: ask them again with deliberate attack MODEL --replay {report.Cases}");
        Console.Out.WriteLine($"Page       {report.Page}");
    }

    public static void WriteJson(AttackReport report) => JsonOutput.Write(new
    {
        report.Evaluation.Folder,
        Results = report.Evaluation.Results.Zip(report.BestOfN, (r, law) => new
        {
            Model = r.ModelName,
            r.Model.Hash,
            r.Log,
            r.LogHash,
            // The slice of what was asked plainly, which the attacks are held against.
            Control = r.Task.Metrics.Any(m => m.Name == AttackMetrics.OverControl) ? r.Samples.FirstOrDefault(AttackMetrics.IsPlain)?.Tags[AttackTask.AttackTag] : null,
            Measures = r.Metrics.Select(m => new { m.Metric.Name, Slice = m.Slice.Length > 0 ? m.Slice : null, m.Estimate, m.Missing, m.Lowest, m.Highest }),
            // -log ASR(N) = a·N^-b.
            BestOfN = law,
        }),
        Transfers = report.Transfers,
        Requirements = report.Evaluation.Requirements.Select(r => new { r.Requirement.Text, r.Model, r.Finding, r.Why }),
        Successes = report.HasCases ? report.Cases : null,
        report.Page,
    });

    private static void Write(EvaluationResult result)
    {
        string[] names = [AttackMetrics.Asr, .. result.Task.Metrics.Select(m => m.Name).Where(n => n == AttackMetrics.OverControl), .. result.Task.Metrics.Select(m => m.Name).Where(n => n.StartsWith("asr_at_", StringComparison.Ordinal)), AttackMetrics.QueriesToSuccess, AttackVerdict.ThoughtTokens];
        var attacks = result.Samples.Where(AttackMetrics.IsAttack).Select(s => s.Tags[AttackTask.AttackTag]).Distinct(StringComparer.Ordinal).ToArray();
        string[] columns = [.. names.Select(n => result.Task.Metrics.First(m => m.Name == n).Title)];
        Terminal.WriteTable(
            $"{result.ModelName}: share of goals broken, with 95% intervals clustered by goal ({EstimateText.Methods(result.Metrics.Where(m => m.Metric.Name == AttackMetrics.Asr).Select(m => m.Estimate))}):", ["attack", .. columns, "goals", "missing"],
            [
                .. attacks.Select(attack => Row(result, attack, attack, names)), Row(result, "", "mean of all", names),
                .. result.Samples.FirstOrDefault(AttackMetrics.IsControl) is { } control ? [Row(result, control.Tags[AttackTask.AttackTag], AttackMetrics.ControlRow, names)] : Array.Empty<string[]>(),
            ]);
        var over = result.Metrics.Where(m => m.Metric.Name == AttackMetrics.OverControl && m.Estimate.HasInterval).Select(m => m.Estimate).ToArray();
        if (over.Length > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Over asking plainly: what an attack breaks less what the same goals asked plainly break, paired by goal ({EstimateText.Methods(over)}). --no-control leaves the control out."));
        var all = result.Metrics.Where(m => m.Slice.Length == 0 && !names.Contains(m.Metric.Name) && m.Estimate.IsMeasured).ToArray();
        Terminal.WriteTable("All attacks together:", ["measure", "value", "n"], all.Select(m => (string[])[m.Metric.Title, m.Estimate.WithRange(m.Metric.IsShare ? NumberStyle.Share : NumberStyle.Tenths), Number(m.Estimate.N)]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.ModelName}: judged by {result.Head?.Scorer}; {result.Samples.Sum(s => s.Scores.GetValueOrDefault(AttackVerdict.Queries)):0} queries, {Quantity.Count(result.Usage.InputTokens)} tokens in, {Quantity.Count(result.Usage.OutputTokens)} out{(result.Usage.Cost > 0 ? $", cost {result.Usage.Cost:0.00##}" : "")}."));
        var notRun = result.Samples.Count(s => s.Scores.GetValueOrDefault(AttackVerdict.Queries) == 0);
        if (notRun > 0) Console.Out.WriteLine($"{Number(notRun)} attacks did not take place (the attacker refused or gave no plan, or the attack does not apply): they count neither way.");
        if (result.IsInconclusive) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.ModelName}: inconclusive: of {100 * result.MissingShare:0.#}% of goals nothing was found out, more than the allowed {100 * result.AllowedMissing:0.#}% (--max-missing)."));
    }

    private static string[] Row(EvaluationResult result, string slice, string name, string[] names)
    {
        var first = result.Metrics.FirstOrDefault(m => m.Metric.Name == names[0] && m.Slice == slice);
        return
        [
            name,
            .. names.Select(n => result.Metrics.FirstOrDefault(m => m.Metric.Name == n && m.Slice == slice) is { Estimate.IsMeasured: true } m ? m.Estimate.WithRange(m.Metric.IsShare ? NumberStyle.Share : NumberStyle.Tenths) : "-"),
            first is null ? "" : Number(first.Estimate.N), first is { Missing: > 0 } ? Number(first.Missing) : "",
        ];
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
