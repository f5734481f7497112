using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>
/// The report of one or several runs, made from what their folders hold and nothing else: a chapter for each run that thinks,
/// with its control where one of the other runs is that, and an overview where there are several. Every number comes from the
/// evaluation files and metrics; every figure names its n. Works on unfinished runs too.
/// </summary>
internal static class RunReport
{
    public const string FileName = "report.html", SummaryFile = "summary.json", PictureFile = "learning.svg";

    /// <summary>Writes the page, and beside it the numbers and the picture.</summary>
    /// <returns>The page's path.</returns>
    public static string Write(string path, string command, params IReadOnlyList<string> runs) => Write(path, command, runs, ReportAdditions.None);

    /// <param name="path">The page's.</param>
    /// <param name="command">What makes it.</param>
    /// <param name="runs">Folders.</param>
    /// <param name="more">What others have to say on the same page.</param>
    public static string Write(string path, string command, IReadOnlyList<string> runs, ReportAdditions more)
    {
        var evidence = Read(runs);
        AtomicFile.WriteText(path, ReportPage.Render(Build(command, evidence, more)));
        AtomicFile.WriteText(Beside(path, SummaryFile), RunSummary.Json(Paired(evidence)));
        WritePicture(Beside(path, PictureFile), evidence);
        return path;
    }

    /// <summary>The file of that name for a page. Beside one with a name of its own it begins with that name, for the folder may hold a report with numbers and picture.</summary>
    internal static string Beside(string path, string file) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path) == FileName ? file : $"{Path.GetFileNameWithoutExtension(path)}.{file}");

    /// <summary>Accuracy and completion length over steps of learning, a row a run, as an SVG file that stands alone; nothing where no run has two evaluations.</summary>
    public static void WritePicture(string path, params IReadOnlyList<string> runs) => WritePicture(path, Read(runs));

    /// <summary>The report as data, of run folders.</summary>
    public static ReportModel Build(params IReadOnlyList<string> runs) => Build(ShellCommand.Of(["deliberate", "report", .. runs]), Read(runs));

    public static ReportModel Build(string command, IReadOnlyList<RunEvidence> runs, ReportAdditions? more = null)
    {
        var pairs = Paired(runs);
        var targets = RunTargets.Of(pairs);
        return new ReportModel
        {
            Title = RunHeading.Title([.. pairs.Select(p => p.Run)]),
            Subtitle = RunHeading.Subtitle(runs),
            Made = [.. RunHeading.Made(runs)],
            Lead = [.. RunHeading.Lead(runs), .. targets.Count > 0 ? [RunTargets.Sentence(targets)] : Array.Empty<string>()],
            ToCome = more?.ToCome ?? [],
            KeyNumbers = [.. pairs.SelectMany(p => RunFindings.Cards(p.Run, p.Control, pairs.Count == 1))],
            Shows = [.. pairs.SelectMany(p => RunFindings.Shows(p.Run, p.Control))],
            DoesNotShow = [.. RunFindings.DoesNotShow(pairs)],
            Chapters = [.. Overview(pairs, targets), .. pairs.Select(p => RunChapter.Build(p.Run, p.Control)), .. more?.Chapters ?? [], .. RunHealthChapter.Build(runs) is { } health ? [health] : Array.Empty<ReportChapter>()],
            Provenance = new Provenance(command, [.. runs.Select(r => r.Facts.Seeds.Run).Distinct()],
            [
                ("Deliberate", string.Join(", ", runs.Select(r => r.Info.DeliberateVersion).Distinct())), ("Device", string.Join("; ", runs.Select(r => r.Info.Device).Distinct())),
                .. runs.Select(r => (r.Facts.Name, RunHeading.Sizes(r))),
            ]),
        };
    }

    private static RunEvidence[] Read(IReadOnlyList<string> runs) =>
        runs.Count == 0 ? throw new UserError("No run is named.", advice: "Name the folder of a run, such as runs/NAME.") : RunEvidence.Read(runs);

    /// <summary>Each run that is no other's control, with its control.</summary>
    private static List<(RunEvidence Run, RunEvidence? Control)> Paired(IReadOnlyList<RunEvidence> runs) =>
        [.. runs.Where(r => r.Thinks || !runs.Any(o => o.HasControl(r))).Select(r => (r, runs.Where(r.HasControl).OrderBy(c => c.Facts.Seeds.Run != r.Facts.Seeds.Run).FirstOrDefault()))];

    private static void WritePicture(string path, IReadOnlyList<RunEvidence> runs)
    {
        IChart[] charts = [.. Paired(runs).Where(p => p.Run.HasCourse).SelectMany(p => RunFigures.Picture(p.Run, p.Control))];
        if (charts.Length > 0) AtomicFile.WriteText(path, StandaloneSvg.Render(charts, 2, ChartSize.Half));
    }

    private static IEnumerable<ReportChapter> Overview(IReadOnlyList<(RunEvidence Run, RunEvidence? Control)> pairs, List<RunTarget> targets)
    {
        var finished = pairs.Where(p => p.Run is { Base: not null, Final: not null }).ToArray();
        if (finished.Length < 2) yield break;
        yield return new ReportChapter("All tasks")
        {
            Figures = [RunFigures.Comparison(finished)],
            Tables = targets.Count > 0 ? [RunTargets.Table(targets)] : [],
        };
    }
}
