using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The page of the study, its table for the docs, and sentences made from its numbers.</summary>
internal static class DistillationReport
{
    public static ReportModel Build(string command, DistillationPlan plan, IReadOnlyList<DistillationRow> rows) => new()
    {
        Title = $"{(plan.Quick ? "Not a result: " : "")}A smaller model learns from a larger one",
        Subtitle = string.Create(CultureInfo.InvariantCulture, $"Nested arithmetic with thought, {rows.Count} models in {(plan.Seeds.Count == 1 ? "one seed" : $"each of {plan.Seeds.Count} seeds")}."),
        Lead = [.. plan.Quick ? new[] { ExperimentFindings.QuickWarning, QuickOutcome(plan) } : [], Design(plan)],
        Shows = [.. Said(plan, rows).Where(s => s.IsShown).Select(s => s.Sentence)],
        DoesNotShow = plan.Quick ? [] : [.. Said(plan, rows).Where(s => !s.IsShown).Select(s => s.Sentence), .. Limits],
        Chapters = plan.Quick ? [] : [new ReportChapter("Right answers") { Tables = [Table(plan, rows)], Figures = [Figure(plan, rows)] }],
        Provenance = new Provenance(command, plan.Seeds, [("Deliberate", RunInfo.ProgramVersion)]),
    };

    /// <summary>What stands between the marks of the docs.</summary>
    public static string Docs(string command, DistillationPlan plan, IReadOnlyList<DistillationRow> rows)
    {
        if (plan.Quick) return string.Join('\n', ["", $"**{ExperimentFindings.QuickWarning}** {QuickOutcome(plan)}", ""]);
        var table = Table(plan, rows);
        var lines = new List<string> { "" };
        lines.AddRange([$"`{command}`. {Design(plan)}", "", ExperimentTables.Markdown(table), table.Note, "", "What is shown:", ""]);
        lines.AddRange(List(Said(plan, rows).Where(s => s.IsShown).Select(s => s.Sentence)));
        lines.AddRange(["", "What is not shown:", "", .. List([.. Said(plan, rows).Where(s => !s.IsShown).Select(s => s.Sentence), .. Limits]), ""]);
        return string.Join('\n', lines);
    }

    /// <summary>What there is to say of --quick.</summary>
    public static string QuickOutcome(DistillationPlan plan) => ExperimentFindings.QuickOutcome(plan.Seeds.Count * DistilledModel.All.Count);

    public static ReportTable Table(DistillationPlan plan, IReadOnlyList<DistillationRow> rows) => new(
        "Right answers to held-out problems", ["model", "tokens learned from", "right answers", "of each seed", "above the smaller one alone"],
        [
            .. rows.Select(r => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(r.Model.Title), ReportCell.Of(Math.Round(r.Tokens)), ReportCell.Of(r.Right), ReportCell.Of(string.Join(", ", r.Seeds.Select(EstimateWords.Percent))),
                r.Difference is null ? ReportCell.Of("") : ReportCell.Of(r.Difference),
            ]),
        ],
        string.Create(CultureInfo.InvariantCulture, $"n = {plan.Problems} held-out problems, the same for every model, one sample each at temperature 1{(plan.Seeds.Count == 1 ? "" : ", the seeds of a problem pooled")}. Intervals are over problems, not over seeds. Differences are paired by problem. Tokens are those that a model learned from after what it began with, mean over seeds; prompts of its own samples not counted."));

    private static ReportFigure Figure(DistillationPlan plan, IReadOnlyList<DistillationRow> rows) => new(
        [new BarChart("Right answers", ChartAxis.Share("share of right answers"), [.. rows.Select(r => new BarGroup(r.Model.Key, [r.Right.Bar(r.Model.Key, r.Model.IsTaught ? ChartTone.Blue : ChartTone.Slate)]))])],
        "The larger model, the smaller one alone and with more of the corpus (grey), and the smaller one taught in each of the ways (blue).",
        string.Create(CultureInfo.InvariantCulture, $"n = {plan.Problems} held-out problems."), EstimateWords.Made("over problems, seeds pooled", rows.Select(r => r.Right)));

    private static string Design(DistillationPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"Nested arithmetic of level 2 with thought. The larger model has 3 layers of width 96, the smaller one 2 of width 32. Every row below \"{DistilledModel.Alone.Title}\" begins with that model: the control goes on with about as many tokens of the exact corpus as are kept of the teacher's samples; samples of the teacher are {plan.Prompts} problems four times each, each completion kept once, one pass over them; samples of its own are as many, in {plan.Rounds} rounds or {plan.Steps} steps. Learning rates were not searched for, and each way was tried at one size.");

    private static IEnumerable<string> Limits =>
    [
        "That a teacher does better than more of an exact corpus in general: a corpus without errors is what this task has and others lack.",
        "Anything of other tasks, sizes or learning rates.",
    ];

    /// <summary>A sentence a way, by its interval.</summary>
    private static IEnumerable<(string Sentence, bool IsShown)> Said(DistillationPlan plan, IReadOnlyList<DistillationRow> rows)
    {
        if (plan.Quick) yield break;
        foreach (var row in rows.Where(r => r.Difference is not null && r.Model != DistilledModel.Larger))
        {
            // In tenths of a point: an end that is near 0 would be rounded to it.
            var (way, difference) = ($"{char.ToUpperInvariant(row.Model.Title["smaller, ".Length])}{row.Model.Title["smaller, ".Length..][1..]}", row.Difference!);
            var by = string.Create(CultureInfo.InvariantCulture, $"{SignedPoints.Of(difference.Value)} percentage points (95% interval {SignedPoints.Of(difference.Low)} to {SignedPoints.Of(difference.High)}, {difference.Method.Words()})");
            yield return ($"{way}: {DifferenceWords.Of(difference, "more right answers than the smaller model alone", "fewer right answers than the smaller model alone", "a difference from the smaller model alone")}, {by}.", difference.Finding != Finding.NotToldApart);
        }
    }

    private static IEnumerable<string> List(IEnumerable<string> items) => items.Select(i => "- " + i).DefaultIfEmpty("- Nothing.");
}
