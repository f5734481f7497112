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
        var verdict = DifferenceWords.Of(right.Difference, $"{c.NameB} has more right answers", $"{c.NameB} has fewer right answers", $"In right answers there is {DifferenceWords.None("this comparison")}") + $": {EstimateWords.Points(right.Difference)}.";
        return new ReportModel
        {
            Title = $"{c.NameA} against {c.NameB}",
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"Evaluations {c.EvaluationA} and {c.EvaluationB} on the {c.Problems} problems that both were asked."),
            Lead = [verdict],
            KeyNumbers = [new KeyNumber(EstimateWords.Percent(right.From.Value), c.NameA, EstimateWords.IntervalMade(right.From), ChartTone.Slate), new KeyNumber(EstimateWords.Percent(right.To.Value), c.NameB, EstimateWords.IntervalMade(right.To))],
            Chapters = [new ReportChapter("On the same problems") { Figures = [Figure(c)], Tables = [Results(c), .. Settings(c)] }],
            Provenance = new Provenance(command, [.. new[] { c.A.Facts.Seeds.Run, c.B.Facts.Seeds.Run }.Distinct()], [("Device of the first", c.A.Info.Device), ("Device of the second", c.B.Info.Device)]),
        };
    }

    private static IEnumerable<IChart> Panels(RunComparison c)
    {
        LineSeries Series(RunEvidence run, string name, ChartTone tone, Func<LearningPoint, Estimate> choose) =>
            new(name, tone, [.. RunFigures.Points(run, run.Evaluations).Where(p => choose(p).IsMeasured).Select(p => choose(p).At(p.Step))], IntervalStyle.Band);
        var axis = new ChartAxis(LearningWords.Of([c.A, c.B]).Step);
        yield return new LineChart("Accuracy", axis, ChartAxis.Share("share of held-out answers right"), [Series(c.A, c.NameA, ChartTone.Slate, p => p.Accuracy), Series(c.B, c.NameB, ChartTone.Blue, p => p.Accuracy)]);
        yield return new LineChart("Length of right answers", axis, new ChartAxis("tokens, mean", Minimum: 0), [Series(c.A, c.NameA, ChartTone.Slate, p => p.RightLength), Series(c.B, c.NameB, ChartTone.Blue, p => p.RightLength)]);
    }

    private static ReportFigure Figure(RunComparison c) => new(
        [.. Panels(c)], "Accuracy and length of right answers while the two runs learned. Bands are 95% intervals.",
        string.Join("; ", new[] { (Run: c.A, Name: c.NameA), (Run: c.B, Name: c.NameB) }.Select(r => $"{r.Name}: {(r.Run.Evaluations.Count > 0 ? RunFigures.Counts(r.Run) : RunWords.Count(r.Run, []))}")), EstimateWords.Made("each run's own evaluations, sampled at temperature 1", new[] { c.A, c.B }.SelectMany(r => RunFigures.Points(r, r.Evaluations)).SelectMany(p => new[] { p.Accuracy, p.RightLength })));

    private static ReportTable Results(RunComparison c)
    {
        return new ReportTable(
            "In numbers", ["", c.NameA, c.NameB, "difference", "p"],
            [.. c.Measures.Select(m => (IReadOnlyList<ReportCell>)[ReportCell.Of(m.Measure.Name), Cell(m, m.Values.From), Cell(m, m.Values.To), ReportCell.Of(m.Values.Difference, m.Measure.PageStyle == NumberStyle.Percent ? NumberStyle.Points : m.Measure.PageStyle), new ReportCell(PText.Of(m.Values.PValue), "", IsNumber: true)])],
            string.Create(CultureInfo.InvariantCulture, $"n = {c.Problems} problems, with 95% intervals below; the difference is paired by problem, p that of no difference by Student's t. {c.OnlyA} problems are solved by {c.NameA} alone, {c.OnlyB} by {c.NameB} alone (McNemar's exact p {PText.Of(c.McNemar)})."));
        static ReportCell Cell(ComparedMeasure m, Estimate estimate) => ReportCell.Of(estimate, m.Measure.PageStyle);
    }

    private static IEnumerable<ReportTable> Settings(RunComparison c)
    {
        if (c.Settings.Count == 0) yield break;
        yield return new ReportTable("Settings that differ", ["", c.NameA, c.NameB], [.. c.Settings.Select(s => (IReadOnlyList<ReportCell>)[ReportCell.Of(s.Key), ReportCell.Of(s.A), ReportCell.Of(s.B)])]);
    }
}
