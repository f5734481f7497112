using System.Globalization;
using Deliberate.Core;

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
        var right = c.Measures[0];
        var verdict = right.Difference switch
        {
            { HasInterval: true, Low: > 0 } => $"{Name(c.B)} is better by {RunWords.Points(right.Difference)}.",
            { HasInterval: true, High: < 0 } => $"{Name(c.A)} is better; the difference is {RunWords.Points(right.Difference)}.",
            _ => $"The difference in right answers, {RunWords.Points(right.Difference)}, may be chance.",
        };
        return new ReportModel
        {
            Title = $"{Name(c.A)} against {Name(c.B)}",
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"Evaluations {c.EvaluationA} and {c.EvaluationB} on the {c.Problems} problems that both were asked."),
            Lead = [verdict],
            KeyNumbers = [new KeyNumber(RunWords.Percent(right.A.Value), Name(c.A), RunWords.Interval(right.A), ChartTone.Slate), new KeyNumber(RunWords.Percent(right.B.Value), Name(c.B), RunWords.Interval(right.B))],
            Chapters = [new ReportChapter("On the same problems") { Figures = [Figure(c)], Tables = [Results(c), .. Settings(c)] }],
            Provenance = new Provenance(command, c.A.Info.Seed, [("Device of the first", c.A.Info.Device), ("Device of the second", c.B.Info.Device)]),
        };
    }

    /// <summary>By its folder, which tells runs of one recipe apart.</summary>
    public static string Name(RunEvidence run) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder)));

    private static IEnumerable<IChart> Panels(RunComparison c)
    {
        LineSeries Series(RunEvidence run, ChartTone tone, Func<LearningPoint, Measured> choose) =>
            new(Name(run), tone, [.. RunFigures.Points(run, run.Evaluations).Where(p => double.IsFinite(choose(p).Value)).Select(p => choose(p).At(p.Step))], IntervalStyle.Band);
        var axis = new ChartAxis(LearningWords.Of([c.A, c.B]).Step);
        yield return new LineChart("Accuracy", axis, ChartAxis.Share("share of held-out answers right"), [Series(c.A, ChartTone.Slate, p => p.Accuracy), Series(c.B, ChartTone.Blue, p => p.Accuracy)]);
        yield return new LineChart("Length of right answers", axis, new ChartAxis("tokens, mean", Minimum: 0), [Series(c.A, ChartTone.Slate, p => p.RightLength), Series(c.B, ChartTone.Blue, p => p.RightLength)]);
    }

    private static ReportFigure Figure(RunComparison c) => new(
        [.. Panels(c)], "Accuracy and length of right answers while the two runs learned. Bands are 95% intervals.",
        string.Join("; ", new[] { c.A, c.B }.Select(r => $"{Name(r)}: {RunWords.Count(r, r.First(r.Evaluations.Count > 0 ? r.Evaluations[^1].Samples : []))}")), "each run's own evaluations, sampled at temperature 1");

    private static ReportTable Results(RunComparison c)
    {
        ReportCell Cell(ComparedMeasure m, Measured value) => ReportCell.Of(value, m.IsShare ? NumberStyle.Percent : NumberStyle.Plain);
        return new ReportTable(
            "In numbers", ["", Name(c.A), Name(c.B), "difference", "p"],
            [.. c.Measures.Select(m => (IReadOnlyList<ReportCell>)[ReportCell.Of(m.Name), Cell(m, m.A), Cell(m, m.B), Cell(m, m.Difference), m.PValue is { } p ? ReportCell.Of(p) : new ReportCell("none", "", IsNumber: true)])],
            string.Create(CultureInfo.InvariantCulture, $"Means over {c.Problems} problems with 95% intervals below; the difference is paired by problem. {c.OnlyA} problems are solved by {Name(c.A)} alone, {c.OnlyB} by {Name(c.B)} alone (McNemar's exact p {c.McNemar:0.###})."));
    }

    private static IEnumerable<ReportTable> Settings(RunComparison c)
    {
        if (c.Settings.Count == 0) yield break;
        yield return new ReportTable("Settings that differ", ["", Name(c.A), Name(c.B)], [.. c.Settings.Select(s => (IReadOnlyList<ReportCell>)[ReportCell.Of(s.Key), ReportCell.Of(s.A), ReportCell.Of(s.B)])]);
    }
}
