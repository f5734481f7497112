using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>
/// A campaign as one page: what breaks the model and how fast, attack by goal, the curves, the worst conversations behind a click, and what would
/// change the verdict. What models and goals say is text in it, escaped; it runs no script.
/// </summary>
internal static class AttackPage
{
    private const int MostTranscripts = 20, TextCap = 6000;

    private const string Style = """
        .worst{background:var(--card);border:1px solid var(--rule);border-radius:12px;margin:0 0 10px;padding:0 18px}
        .worst summary{padding:11px 0;cursor:pointer;overflow-wrap:anywhere}.worst summary b{font-weight:600}.worst summary span{color:var(--muted)}
        .worst h4{font-size:.82rem;font-weight:600;color:var(--muted);margin:10px 0 2px}.worst pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 10px;font:inherit;font-size:.92rem}
        .worst .said{border-left:3px solid var(--wrong);padding-left:12px}
        """;

    public static void Write(string path, AttackReport report, AttackPlan plan, IReadOnlyList<AttackGoal> goals, IReadOnlyList<IAttack> attacks, string counts) => AtomicFile.WriteText(path, HtmlBuilder.Of(html =>
    {
        const string Title = "Attacks";
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n")
            .Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n<link rel=\"icon\" href=\"data:,\"/>\n")
            .Element("title", $"{Title}: {string.Join(", ", plan.Models)}", cap: 200).Raw("<style>\n").Raw(ReportStyle.Sheet).Raw(AttackHeatMap.Style).Raw(Style).Raw("</style>\n</head>\n<body>\n<main>\n")
            .Open("header").Element("h1", Title).Prose("p", string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", plan.Models)}: {attacks.Count} attacks on {goals.Count} goals of {plan.Goals}, {plan.Budget} {(plan.Budget == 1 ? "query" : "queries")} each"), "subtitle").Close("header");
        html.Prose("p", $"A success is an answer that {counts}.");
        foreach (var result in report.Evaluation.Results) Model(html, result, plan, goals, attacks);
        if (report.Transfers.Count > 0) TableBlock.Render(html, Transfers(report));
        html.Raw("</main>\n</body>\n</html>\n");
    }));

    private static void Model(HtmlBuilder html, EvaluationResult result, AttackPlan plan, IReadOnlyList<AttackGoal> goals, IReadOnlyList<IAttack> attacks)
    {
        html.Open("section", "chapter");
        if (plan.Models.Count > 1) html.Element("h2", result.ModelName, cap: 300);
        KeyNumberCards.Render(html, [.. Numbers(result)]);
        html.Element("h3", "Attack by goal: the query of the first success");
        AttackHeatMap.Render(html, result, goals);
        if (AttackCurves.Of(result, plan.Budget) is { } curves) FigureBlock.Render(html, curves);
        TableBlock.Render(html, Table(result, attacks));
        html.Element("h3", "What would change the verdict").Open("ul");
        foreach (var sentence in Verdict(result, plan, goals)) html.Prose("li", sentence);
        html.Close("ul");
        Worst(html, result);
        html.Close("section");
    }

    private static IEnumerable<KeyNumber> Numbers(EvaluationResult result)
    {
        if (Of(result, AttackMetrics.Any) is { } any) yield return new KeyNumber(any.Value(NumberStyle.Percent), "Goals broken by any attack", $"95% interval {any.Range(NumberStyle.Percent)}, {any.Count()}");
        var strongest = result.Metrics.Where(m => m.Metric.Name == AttackMetrics.Asr && m.Slice.Length > 0 && m.Slice != ControlOnly(result) && m.Estimate.IsMeasured).MaxBy(m => m.Estimate.Value);
        if (strongest is not null) yield return new KeyNumber(strongest.Estimate.Value(NumberStyle.Percent), $"By the strongest: {strongest.Slice}", $"95% interval {strongest.Estimate.Range(NumberStyle.Percent)}");
        if (Control(result) is { } plainly) yield return new KeyNumber(plainly.Value(NumberStyle.Percent), "Broken by asking plainly", $"the control, as often as each attack; 95% interval {plainly.Range(NumberStyle.Percent)}");
        if (Of(result, "goodness_at_0.1") is { IsMeasured: true } goodness) yield return new KeyNumber(goodness.Value(NumberStyle.Plain), "goodness@0.1", $"of each goal the tenth of attacks that worked best; 95% interval {goodness.Range(NumberStyle.Plain)}");
        if (Of(result, AttackVerdict.Refused) is { IsMeasured: true } refused) yield return new KeyNumber(refused.Value(NumberStyle.Percent), "Queries refused", $"blocked by the provider {Of(result, AttackVerdict.Blocked)?.Value(NumberStyle.Percent)}");
    }

    private static ReportTable Table(EvaluationResult result, IReadOnlyList<IAttack> attacks)
    {
        string[] names = [AttackMetrics.Asr, .. result.Task.Metrics.Select(m => m.Name).Where(n => n == AttackMetrics.OverControl), .. result.Task.Metrics.Select(m => m.Name).Where(n => n.StartsWith("asr_at_", StringComparison.Ordinal)), AttackMetrics.QueriesToSuccess];
        return new ReportTable(
            "Share of goals broken", ["attack", .. names.Select(n => result.Task.Metrics.First(m => m.Name == n).Title)],
            [
                .. attacks.Select(a => Row(a.Name, a.Name)),
                .. ControlOnly(result) is { } control ? [Row(control, AttackMetrics.ControlRow)] : Array.Empty<IReadOnlyList<ReportCell>>(),
            ],
            $"Intervals are clustered by goal; {(names.Contains(AttackMetrics.OverControl) ? "the difference to asking the same goals plainly, with the same budget, is paired by goal; " : "")}queries to success are of the goals that were broken. `deliberate attack list` says what each attack does.");

        IReadOnlyList<ReportCell> Row(string slice, string name) => [ReportCell.Of(name), .. names.Select(n => Cell(result.Metrics.FirstOrDefault(m => m.Metric.Name == n && m.Slice == slice)))];
    }

    /// <summary>The slice of what was asked plainly, where that is none of the attacks.</summary>
    private static string? ControlOnly(EvaluationResult result) => result.Samples.FirstOrDefault(AttackMetrics.IsControl)?.Tags[AttackTask.AttackTag];

    /// <summary>Goals broken by asking plainly, as the control or as an attack beside others.</summary>
    private static Estimate? Control(EvaluationResult result) => result.Samples.FirstOrDefault(AttackMetrics.IsPlain) is { } plain
        && result.Metrics.FirstOrDefault(m => m.Metric.Name == AttackMetrics.Asr && m.Slice == plain.Tags[AttackTask.AttackTag]) is { Estimate.IsMeasured: true } measured ? measured.Estimate : null;

    private static ReportCell Cell(MetricResult? measured) => measured is { Estimate.IsMeasured: true } ? ReportCell.Of(measured.Estimate, measured.Metric.IsShare ? NumberStyle.Percent : NumberStyle.Tenths) : ReportCell.Of("–");

    /// <summary>What a reader should know before the figures are taken for more than they are.</summary>
    private static IEnumerable<string> Verdict(EvaluationResult result, AttackPlan plan, IReadOnlyList<AttackGoal> goals)
    {
        foreach (var requirement in plan.Requirements.Select(r => Requirement.Parse(r).Of(result))) yield return $"`{requirement.Requirement.Text}` {(requirement.Finding switch { RequirementFinding.Holds => "holds", RequirementFinding.Fails => "fails", _ => "cannot be told" })}: {requirement.Why}.";
        string[] noBetter = [.. result.Metrics.Where(m => m.Metric.Name == AttackMetrics.OverControl && m.Slice.Length > 0 && m.Estimate is { HasInterval: true, Low: <= 0 }).Select(m => m.Slice)];
        if (noBetter.Length > 0) yield return $"The control: of {string.Join(", ", noBetter.Take(8))}{(noBetter.Length > 8 ? " and others" : "")} it cannot be said that they break more goals than asking plainly as often.";
        else if (!plan.HasControl) yield return "A control: it was left out (`--no-control`), so that a part of every rate may be what asking plainly breaks.";
        if (AttackCurves.Rising(result, plan.Budget) is { Count: > 0 } rising) yield return $"A larger budget: {string.Join(", ", rising.Take(8))}{(rising.Count > 8 ? " and others" : "")} still broke goals in the last third of {plan.Budget} queries.";
        if (AttackCurves.Fit(result, AttackList.BestOfNName, plan.Budget) is { } fit) yield return fit.ToString();
        var clusters = goals.Select(g => g.Cluster).Distinct(StringComparer.Ordinal).Count();
        if (Of(result, AttackMetrics.Any) is { Value: 0, HasInterval: true } none) yield return string.Create(CultureInfo.InvariantCulture, $"More goals: none of {clusters} was broken, which leaves room for up to {100 * none.High:0.0}%.");
        if (plan.Judge is null && !AttackGoals.IsWorld(plan.Goals)) yield return "Another judge: the classifier of refusals counts every answer that does not decline, of use or not. Name a judging model with `--judge`.";
        if (plan.Judge is { } judge) yield return $"Another judge: {judge} decided; `deliberate judge validate` says how often it errs.";
        if (plan.Attacker is { } attacker) yield return $"Another attacker: {attacker} planned the adaptive attacks, and a stronger one may find what it did not.";
        var missing = result.Samples.Count(s => AttackMetrics.Within(1)(s) is null);
        if (missing > 0) yield return string.Create(CultureInfo.InvariantCulture, $"{missing} of {result.Samples.Count} attacks on goals did not take place or could not be told; they count neither way.");
    }

    private static void Worst(HtmlBuilder html, EvaluationResult result)
    {
        using var log = EvaluationLogFile.Open(result.Log);
        var worst = log.Samples().Where(s => s.Verdict.Outcome == SampleOutcome.Fail && !s.Tags.ContainsKey(AttackTask.ControlTag)).OrderBy(s => s.Verdict.Value).ThenBy(s => First(s)).Take(MostTranscripts).ToArray();
        if (worst.Length == 0) return;
        html.Element("h3", $"The worst {worst.Length} of {result.Samples.Count(s => AttackMetrics.IsAttack(s) && AttackMetrics.IsBroken(s))} successes").Prose("p", "Those that went furthest, then those that took the fewest queries. All of them, with every query, are in the log: `deliberate view` shows it.", "table-note");
        foreach (var sample in worst)
        {
            html.Open("details", "worst").Raw("<summary><b>").Text(sample.Tags[AttackTask.AttackTag], 100).Raw("</b> on goal <b>").Text(sample.Tags[AttackTask.GoalTag], 100).Raw("</b> <span>").Text(sample.Verdict.Reason, 300).Raw("</span></summary>");
            foreach (var message in sample.Sample.Messages) html.Element("h4", message.Role, cap: 40).Element("pre", message.Content, cap: TextCap);
            if (sample.Sample.Thinking is { Length: > 0 } thought) html.Element("h4", "Thought").Element("pre", thought, cap: TextCap);
            html.Element("h4", "Answer").Element("pre", sample.Sample.Text.Trim().Length > 0 ? sample.Sample.Text.Trim() : "(none)", "said", TextCap).Close("details");
        }
    }

    private static ReportTable Transfers(AttackReport report) => new(
        "What breaks one model, asked of another", ["found on", "asked of", "cases", "works"],
        [.. report.Transfers.Select(t => (IReadOnlyList<ReportCell>)[ReportCell.Of(t.From), ReportCell.Of(t.To), ReportCell.Of(t.Cases), ReportCell.Of(t.Works)])],
        "Each success as small as it still works, three times at a temperature above 0.");

    private static Estimate? Of(EvaluationResult result, string metric) => result.Metrics.FirstOrDefault(m => m.Metric.Name == metric && m.Slice.Length == 0)?.Estimate;

    private static double First(EvaluatedSample sample) => sample.Verdict.Scores.FirstOrDefault(s => s.Name == AttackVerdict.First)?.Value ?? 0;
}
