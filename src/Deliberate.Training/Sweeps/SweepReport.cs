using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>
/// Several runs as one page, grouped by their settings: what each group reached over its seeds, how it learned, which groups are told
/// apart, and every run by itself. Intervals are over seeds: they say what another seed may give.
/// </summary>
internal static class SweepReport
{
    /// <summary>So many curves can be told apart in one figure.</summary>
    private const int MostCurves = 5;

    private static readonly ChartTone[] Tones = [ChartTone.Blue, ChartTone.Orange, ChartTone.Green, ChartTone.Purple, ChartTone.Ochre];

    /// <summary>Writes the page.</summary>
    /// <param name="path">The page's.</param>
    /// <param name="title">Of the whole.</param>
    /// <param name="command">What makes it.</param>
    /// <param name="runs">Folders.</param>
    /// <param name="toCome">What is missing yet, a line each.</param>
    public static string Write(string path, string title, string command, IReadOnlyList<string> runs, IReadOnlyList<string>? toCome = null)
    {
        AtomicFile.WriteText(path, ReportPage.Render(Build(title, command, RunEvidence.Read(runs), toCome ?? [])));
        return path;
    }

    public static ReportModel Build(string title, string command, IReadOnlyList<RunEvidence> runs, IReadOnlyList<string> toCome)
    {
        var groups = RunGroup.Of(runs);
        var done = groups.Where(group => group.Finished.Count > 0).OrderByDescending(group => group.After(SampleMeasure.Accuracy).Value).ToArray();
        return new ReportModel
        {
            Title = title,
            Subtitle = Subtitle(groups, runs),
            Lead = [.. Lead(done)],
            ToCome = toCome,
            KeyNumbers = [.. done.Take(MostCurves).Select(group => Card(group, groups.Count))],
            DoesNotShow = [.. DoesNotShow(done)],
            Chapters = [.. Learning(groups), .. done.Length > 0 ? [Reached(done)] : Array.Empty<ReportChapter>(), Each(groups)],
            Provenance = new Provenance(command, [.. runs.Select(run => run.Facts.Seeds.Run).Distinct().Order()],
            [
                ("Deliberate", string.Join(", ", runs.Select(run => run.Info.DeliberateVersion).Distinct())), ("Device", string.Join("; ", runs.Select(run => run.Info.Device).Distinct())),
                ("Runs", string.Join(", ", runs.Select(run => Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Folder))))),
            ]),
        };
    }

    /// <summary>What is said of a group and the one that is better: they are told apart, or not.</summary>
    public static string Compared(RunGroup best, RunGroup other)
    {
        var difference = best.Against(other, SampleMeasure.Accuracy);
        if (!difference.HasInterval) return $"{best.Name} and {other.Name}: {difference.N} seed{(difference.N == 1 ? "" : "s")} in common, too few to tell them apart by.";
        return DifferenceWords.Of(difference, $"{best.Name} has more right answers than {other.Name}", $"{best.Name} has fewer right answers than {other.Name}", $"Between {best.Name} and {other.Name} there is {DifferenceWords.None(string.Create(CultureInfo.InvariantCulture, $"{difference.N} seeds"))}") + $": {EstimateWords.Points(difference)}.";
    }

    private static string Subtitle(IReadOnlyList<RunGroup> groups, IReadOnlyList<RunEvidence> runs)
    {
        var finished = groups.Sum(group => group.Finished.Count);
        var seeds = runs.Select(run => run.Facts.Seeds.Run).Distinct().Count();
        return string.Create(CultureInfo.InvariantCulture, $"{runs.Count} runs{(groups.Count > 1 ? $" of {groups.Count} settings" : "")}, {seeds} seed{(seeds == 1 ? "" : "s")}{(finished < runs.Count ? $"; {finished} of them finished" : "")}. A run is one value; intervals are over seeds.");
    }

    private static IEnumerable<string> Lead(RunGroup[] done)
    {
        if (done.Length == 0)
        {
            yield return "No run has come to its last evaluation yet.";
            yield break;
        }

        var best = done[0];
        var after = best.After(SampleMeasure.Accuracy);
        var before = best.Before(SampleMeasure.Accuracy);
        var from = before.IsMeasured ? $", from {EstimateWords.Percent(before.Value)} before" : "";
        yield return done.Length == 1
            ? $"Over {best.Finished.Count} seed{(best.Finished.Count == 1 ? "" : "s")}, {EstimateWords.Percent(after.Value)} of held-out answers are right at the end{from}{Spread(best)}."
            : $"The highest mean is that of {best.Name}: {EstimateWords.Percent(after.Value)} of held-out answers right over {best.Finished.Count} seed{(best.Finished.Count == 1 ? "" : "s")}{from}{Spread(best)}.";
        if (before.IsMeasured && best.Gain(SampleMeasure.Accuracy) is { HasInterval: true } gain)
            yield return DifferenceWords.Of(gain, "It learned, whatever the seed", "It lost, whatever the seed", $"From before to after there is {DifferenceWords.None("these seeds")}") + $": {EstimateWords.Points(gain)}.";
        if (done.Length > 1) yield return Compared(best, done[1]);
    }

    /// <summary>The single seeds' range.</summary>
    private static string Spread(RunGroup group)
    {
        double[] values = [.. group.Finished.Select(run => SampleMeasure.Accuracy.Of(run.First(run.Final!)).Value)];
        return values.Length < 2 ? "" : $" (single seeds {EstimateWords.Percent(values.Min())} to {EstimateWords.Percent(values.Max())})";
    }

    private static IEnumerable<string> DoesNotShow(RunGroup[] done)
    {
        if (done.Any(group => group.Finished.Count is 1 or 2)) yield return "What another seed gives: a group of one seed has no interval, one of two hardly any.";
        if (done.Length > 2) yield return string.Create(CultureInfo.InvariantCulture, $"That the best of {done.Length} settings is as good on other problems: the best of many is an optimistic estimate. Measure it on others (`deliberate eval --seed`) before you quote it.");
    }

    private static KeyNumber Card(RunGroup group, int groups)
    {
        var after = group.After(SampleMeasure.Accuracy);
        return new KeyNumber(EstimateWords.Percent(after.Value), groups == 1 ? "right answers, mean over seeds" : group.Name, after.HasInterval ? EstimateWords.IntervalMade(after) : string.Create(CultureInfo.InvariantCulture, $"{group.Finished.Count} seed{(group.Finished.Count == 1 ? "" : "s")}"));
    }

    private static IEnumerable<ReportChapter> Learning(IReadOnlyList<RunGroup> groups)
    {
        var shown = groups.Where(group => group.Runs.Any(run => run.HasCourse)).Take(MostCurves).ToArray();
        if (shown.Length == 0) yield break;
        var runs = shown.SelectMany(group => group.Runs).ToArray();
        var axis = new ChartAxis(LearningWords.Of(runs).Step);
        List<LineSeries> series = [];
        // Of a single group the seeds themselves, too, as far as they can be told apart.
        if (shown.Length == 1 && shown[0].Runs.Count is > 1 and < MostCurves)
            series.AddRange(shown[0].Runs.Select((run, i) => new LineSeries(string.Create(CultureInfo.InvariantCulture, $"seed {run.Facts.Seeds.Run}"), Tones[i + 1], [.. RunFigures.Points(run, run.Evaluations).Select(point => new ChartPoint(point.Step, point.Accuracy.Value))], IntervalStyle.Band)));
        series.AddRange(shown.Select((group, i) => new LineSeries(shown.Length == 1 ? "mean" : group.Name, Tones[i], [.. group.Course.Select(point => point.Accuracy.At(point.Step))], IntervalStyle.Band)));
        yield return new ReportChapter("While they learned")
        {
            Figures =
            [
                new ReportFigure(
                    [new LineChart("Accuracy, mean over seeds", axis, ChartAxis.Share("share of held-out answers right"), series)],
                    $"Accuracy over steps of learning, the mean over seeds{(shown.Length < groups.Count ? $", of the first {shown.Length} of {groups.Count} settings" : "")}. Bands are 95% intervals over seeds.",
                    string.Join("; ", shown.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Name}: {group.Runs.Count} seed{(group.Runs.Count == 1 ? "" : "s")}")).Concat(runs.Where(run => run.Evaluations.Count > 0).Select(RunFigures.Counts).Distinct())),
                    EstimateWords.Made("each run's own evaluations, a value a run", shown.SelectMany(group => group.Course).Select(point => point.Accuracy))),
            ],
        };
    }

    private static ReportChapter Reached(RunGroup[] done) => new("What was reached")
    {
        Figures = done.Length is > 1 and <= 12 ?
        [
            new ReportFigure(
                [new BarChart("Right answers at the end", ChartAxis.Share("share of held-out answers right"), [.. done.Select(group => new BarGroup(group.Name, [Bar("before", ChartTone.Slate, group.Before(SampleMeasure.Accuracy)), Bar("after", ChartTone.Blue, group.After(SampleMeasure.Accuracy))]))])],
                "Right answers before and after, the mean over seeds. Whiskers are 95% intervals over seeds.", string.Join("; ", done.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Name}: {group.Finished.Count} seed{(group.Finished.Count == 1 ? "" : "s")}"))),
                EstimateWords.Made("each run's first and last evaluation, a value a run", done.Select(group => group.After(SampleMeasure.Accuracy)))),
        ] : [],
        Tables =
        [
            new ReportTable("Over seeds", ["", "seeds", "before", "after", "difference", "length after", .. done.Length > 1 ? (string[])["less than the best by"] : []],
                [.. done.Select(group => (IReadOnlyList<ReportCell>)
                [
                    ReportCell.Of(group.Name), ReportCell.Of((double)group.Finished.Count), ReportCell.Of(group.Before(SampleMeasure.Accuracy)), ReportCell.Of(group.After(SampleMeasure.Accuracy)), ReportCell.Of(group.Gain(SampleMeasure.Accuracy), NumberStyle.Points),
                    ReportCell.Of(group.After(SampleMeasure.CompletionLength), NumberStyle.Plain), .. done.Length > 1 ? (ReportCell[])[group == done[0] ? ReportCell.Of("-") : ReportCell.Of(done[0].Against(group, SampleMeasure.Accuracy), NumberStyle.Points)] : [],
                ])],
                "Means over seeds; differences, in percentage points, are paired by seed."),
        ],
    };

    private static ReportChapter Each(IReadOnlyList<RunGroup> groups) => new("Every run")
    {
        Tables =
        [
            new ReportTable("By itself", ["run", "settings", "seed", "before", "after"],
                [.. groups.SelectMany(group => group.Runs.Select(run => (IReadOnlyList<ReportCell>)
                [
                    ReportCell.Of(Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Folder))), ReportCell.Of(group.Name), ReportCell.Of(run.Facts.Seeds.Run.ToString(CultureInfo.InvariantCulture)), Cell(run, run.Base), Cell(run, run.Final),
                ]))],
                "Each run's right answers, with intervals over its problems: a report of each is in its folder."),
        ],
    };

    private static ReportCell Cell(RunEvidence run, List<ScoredSample>? samples) => samples is null ? ReportCell.Of("-") : ReportCell.Of(SampleMeasure.Accuracy.Of(run.First(samples)));

    private static ChartBar Bar(string name, ChartTone tone, Estimate estimate) => new(name, tone, estimate.Value, estimate.Low, estimate.High);
}
