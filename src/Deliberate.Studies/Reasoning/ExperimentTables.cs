using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The tables of an experiment: all models on all families, the answers to its questions, and what was aimed at.</summary>
internal static class ExperimentTables
{
    /// <summary>A row a kind of model, a column a family, and one of all of them.</summary>
    public static ReportTable Models(ExperimentSummary summary, Metric metric = Metric.RightAnswer)
    {
        var rows = new List<IReadOnlyList<ReportCell>>();
        foreach (var subject in ExperimentSummary.Subjects)
        {
            if (metric == Metric.EveryStepRight && !ExperimentModels.Thinks(subject.Model)) continue;
            if (summary.Score(subject, null, metric) is null) continue;
            rows.Add([ReportCell.Of(subject.Name), .. summary.Columns.Select(f => Cell(summary.Score(subject, f, metric)))]);
        }

        return new ReportTable(
            metric == Metric.RightAnswer ? "Right answers to held-out problems" : "Every step right", ["model", .. summary.Columns.Select(f => f ?? "all")], rows,
            $"{Sample(summary)} Behind the intervals, which are over problems, stand the lowest and highest of the seeds.");
    }

    /// <summary>A row a question: the difference over all families and what it comes to.</summary>
    public static ReportTable Questions(ExperimentSummary summary) => new(
        "The questions, and what the numbers say", ["question", "from", "to", "difference in percentage points", "comes to"],
        [
            .. ExperimentFindings.Answered(summary).Select(a => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(a.Question.Asks), new(EstimateWords.Percent(a.Contrast.From.Value), a.Question.From.Name), new(EstimateWords.Percent(a.Contrast.To.Value), a.Question.To.Name),
                new(ExperimentFindings.Difference(a.Contrast).Replace(" percentage points", "", StringComparison.Ordinal)) { Estimate = a.Contrast.Difference }, ReportCell.Of(ExperimentFindings.Word(a.Contrast)),
            ]),
        ],
        "Over all families, on the problems and seeds that both were asked, paired by problem. Higher and lower are said only where the interval excludes 0 and every seed agrees in sign.");

    /// <summary>n, in a sentence.</summary>
    public static string Sample(ExperimentSummary summary)
    {
        var (problems, seeds) = (summary.Plan.Recipe.Problems, summary.Plan.Seeds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"n = {problems} different held-out problems a family, the same for every model, one sample each at temperature 1, {(seeds.Count == 1 ? $"seed {seeds[0]}" : $"in each of {seeds.Count} seeds ({string.Join(", ", seeds)})")}{(summary.Plan.Recipe.LeaveOut == LeaveOut.Once && seeds.Count > 1 ? "; a family left out, in one of them" : "")}.");
    }

    /// <summary>The table as GitHub's Markdown.</summary>
    public static string Markdown(ReportTable table)
    {
        static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
        var lines = new List<string> { $"| {string.Join(" | ", table.Columns.Select(Escape))} |", $"|{string.Concat(Enumerable.Repeat("---|", table.Columns.Count))}" };
        foreach (var row in table.Rows) lines.Add($"| {string.Join(" | ", row.Select(c => Escape(c.Interval.Length > 0 ? $"{c.Text} ({c.Interval})" : c.Text)))} |");
        return string.Join('\n', lines) + "\n";
    }

    private static ReportCell Cell(SubjectScore? score)
    {
        if (score is null) return ReportCell.Of("");
        var seeds = score.Seeds.Count == 1 ? string.Create(CultureInfo.InvariantCulture, $"seed {score.Seeds[0].Seed}")
            : score.Range is var (low, high) ? $"seeds {EstimateWords.Percent(low)} to {EstimateWords.Percent(high)}" : "each family in some of the seeds";
        return new ReportCell(EstimateWords.Percent(score.Rate.Value), $"{score.Rate.Range(NumberStyle.Percent)}; {seeds}", IsNumber: true) { Estimate = score.Rate };
    }
}
