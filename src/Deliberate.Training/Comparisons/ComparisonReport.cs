using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>Two runs side by side as a page: what differs in the results, drawn, and what differs in the settings.</summary>
internal static class ComparisonReport
{
    public static void Write(string path, RunComparison comparison, string command)
    {
        var text = path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase) ? StandaloneSvg.Render([.. Panels(comparison)], 2, ChartSize.Half) : ReportPage.Render(Build(comparison, command));
        AtomicFile.WriteText(path, text);
    }

    public static ReportModel Build(RunComparison c, string command)
    {
        var right = c.Measures[0].Values;
        var verdict = DifferenceWords.Of(right.Difference, $"{Name(c.B)} has more right answers", $"{Name(c.B)} has fewer right answers", $"In right answers there is {DifferenceWords.None("this comparison")}") + $": {EstimateWords.Points(right.Difference)}.";
        return new ReportModel
        {
            Title = $"{Name(c.A)} against {Name(c.B)}",
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"Evaluations {c.EvaluationA} and {c.EvaluationB} on the {c.Problems} problems that both were asked."),
            Lead = [verdict],
            KeyNumbers = [new KeyNumber(EstimateWords.Percent(right.From.Value), Name(c.A), EstimateWords.IntervalMade(right.From), ChartTone.Slate), new KeyNumber(EstimateWords.Percent(right.To.Value), Name(c.B), EstimateWords.IntervalMade(right.To))],
            Chapters = [new ReportChapter("On the same problems") { Figures = [Figure(c)], Tables = [Results(c), .. Settings(c)] }],
            Provenance = new Provenance(command, [.. new[] { c.A.Facts.Seeds.Run, c.B.Facts.Seeds.Run }.Distinct()], [("Device of the first", c.A.Info.Device), ("Device of the second", c.B.Info.Device)]),
        };
    }

    /// <summary>By its folder, which tells runs of one recipe apart.</summary>
    public static string Name(RunEvidence run) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder)));

    private static IEnumerable<IChart> Panels(RunComparison c)
    {
        LineSeries Series(RunEvidence run, ChartTone tone, Func<LearningPoint, Estimate> choose) =>
            new(Name(run), tone, [.. RunFigures.Points(run, run.Evaluations).Where(p => choose(p).IsMeasured).Select(p => choose(p).At(p.Step))], IntervalStyle.Band);
        var axis = new ChartAxis(LearningWords.Of([c.A, c.B]).Step);
        yield return new LineChart("Accuracy", axis, ChartAxis.Share("share of held-out answers right"), [Series(c.A, ChartTone.Slate, p => p.Accuracy), Series(c.B, ChartTone.Blue, p => p.Accuracy)]);
        yield return new LineChart("Length of right answers", axis, new ChartAxis("tokens, mean", Minimum: 0), [Series(c.A, ChartTone.Slate, p => p.RightLength), Series(c.B, ChartTone.Blue, p => p.RightLength)]);
    }

    private static ReportFigure Figure(RunComparison c) => new(
        [.. Panels(c)], "Accuracy and length of right answers while the two runs learned. Bands are 95% intervals.",
        string.Join("; ", new[] { c.A, c.B }.Select(r => $"{Name(r)}: {RunWords.Count(r, r.First(r.Evaluations.Count > 0 ? r.Evaluations[^1].Samples : []))}")), EstimateWords.Made("each run's own evaluations, sampled at temperature 1", new[] { c.A, c.B }.SelectMany(r => RunFigures.Points(r, r.Evaluations)).SelectMany(p => new[] { p.Accuracy, p.RightLength })));

    private static ReportTable Results(RunComparison c)
    {
        return new ReportTable(
            "In numbers", ["", Name(c.A), Name(c.B), "difference", "p"],
            [.. c.Measures.Select(m => (IReadOnlyList<ReportCell>)[ReportCell.Of(m.Measure.Name), Cell(m, m.Values.From), Cell(m, m.Values.To), Cell(m, m.Values.Difference), new ReportCell(PText.Of(m.Values.PValue), "", IsNumber: true)])],
            string.Create(CultureInfo.InvariantCulture, $"n = {c.Problems} problems, with 95% intervals below; the difference is paired by problem, p that of no difference by Student's t. {c.OnlyA} problems are solved by {Name(c.A)} alone, {c.OnlyB} by {Name(c.B)} alone (McNemar's exact p {PText.Of(c.McNemar)})."));
        static ReportCell Cell(ComparedMeasure m, Estimate estimate) => ReportCell.Of(estimate, m.Measure.PageStyle);
    }

    private static IEnumerable<ReportTable> Settings(RunComparison c)
    {
        if (c.Settings.Count == 0) yield break;
        yield return new ReportTable("Settings that differ", ["", Name(c.A), Name(c.B)], [.. c.Settings.Select(s => (IReadOnlyList<ReportCell>)[ReportCell.Of(s.Key), ReportCell.Of(s.A), ReportCell.Of(s.B)])]);
    }
}
