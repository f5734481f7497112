using System.Globalization;
using Deliberate.Core;

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
    public static string Write(string path, string command, params IReadOnlyList<string> runs)
    {
        var evidence = Read(runs);
        AtomicFile.WriteText(path, ReportPage.Render(Build(command, evidence)));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AtomicFile.WriteText(Path.Combine(folder, SummaryFile), RunSummary.Json(Paired(evidence)));
        WritePicture(Path.Combine(folder, PictureFile), evidence);
        return path;
    }

    /// <summary>Accuracy and completion length over steps of learning, a row a run, as an SVG file that stands alone; nothing where no run has two evaluations.</summary>
    public static void WritePicture(string path, params IReadOnlyList<string> runs) => WritePicture(path, Read(runs));

    /// <summary>The report as data, of run folders.</summary>
    public static ReportModel Build(params IReadOnlyList<string> runs) => Build("deliberate report " + string.Join(' ', runs), Read(runs));

    public static ReportModel Build(string command, IReadOnlyList<RunEvidence> runs)
    {
        var pairs = Paired(runs);
        var targets = RunTargets.Of(pairs);
        var isScratch = runs.All(r => r.Recipe.Model.From is null);
        return new ReportModel
        {
            Title = pairs.Count > 1 ? "A small model learns to reason" : $"{RunWords.Name(pairs[0].Run)}: {pairs[0].Run.Recipe.Name}",
            Subtitle = (isScratch ? "Trained from random weights on a CPU" : "Trained from a checkpoint on a CPU") + $", by imitation and then by {LearningWords.Of(runs).Long} with a checker as the only reward.",
            Made = [.. Made(runs)],
            Lead = [.. Lead(runs, targets)],
            KeyNumbers = [.. pairs.SelectMany(p => RunFindings.Cards(p.Run, p.Control, pairs.Count == 1))],
            Shows = [.. pairs.SelectMany(p => RunFindings.Shows(p.Run, p.Control))],
            DoesNotShow = [.. RunFindings.DoesNotShow(pairs)],
            Chapters = [.. Overview(pairs, targets), .. pairs.Select(p => RunChapter.Build(p.Run, p.Control))],
            Health = RunHealthChapter.Build(runs),
            Provenance = new Provenance(command, runs[0].Info.Seed, [("Deliberate", runs[0].Info.DeliberateVersion), ("Device", runs[0].Info.Device), .. runs.Select(Fact)]),
        };
    }

    private static RunEvidence[] Read(IReadOnlyList<string> runs) =>
        runs.Count == 0 ? throw new UserError("No run is named.", advice: "Name the folder of a run, such as runs/NAME.") : [.. runs.Select(RunEvidence.Read)];

    /// <summary>Each run that is no other's control, with its control.</summary>
    private static List<(RunEvidence Run, RunEvidence? Control)> Paired(IReadOnlyList<RunEvidence> runs) =>
        [.. runs.Where(r => r.Thinks || !runs.Any(o => o.HasControl(r))).Select(r => (r, runs.FirstOrDefault(r.HasControl)))];

    private static void WritePicture(string path, IReadOnlyList<RunEvidence> runs)
    {
        IChart[] charts = [.. Paired(runs).Where(p => p.Run.Evaluations.Count > 1).SelectMany(p => RunFigures.Picture(p.Run, p.Control))];
        if (charts.Length > 0) AtomicFile.WriteText(path, StandaloneSvg.Render(charts, 2, ChartSize.Half));
    }

    private static IEnumerable<string> Made(IReadOnlyList<RunEvidence> runs)
    {
        yield return runs[0].Info.Started.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        var seconds = runs.Sum(r => r.Seconds);
        if (seconds > 0) yield return $"{Quantity.Duration(TimeSpan.FromSeconds(seconds))} of training";
        yield return runs[0].Info.Device;
        yield return string.Create(CultureInfo.InvariantCulture, $"seed {runs[0].Info.Seed}");
    }

    private static IEnumerable<string> Lead(IReadOnlyList<RunEvidence> runs, List<RunTarget> targets)
    {
        // The text on writers is about a family's corpus.
        if (runs.Any(r => r.Recipe.UsesFamily)) yield return "First the model imitates worked solutions by writers of very different quality. That corpus is made up: it stands for a pretraining corpus, in which good and bad reasoning lie side by side, unlabelled. Then the model solves problems on its own, and what led to right answers is made more likely.";
        if (targets.Count > 0) yield return RunTargets.Sentence(targets);
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

    private static (string Name, string Value) Fact(RunEvidence run)
    {
        var (model, rl) = (run.Recipe.Model, run.Recipe.Reinforcement);
        var shape = model.From is { } from ? $"from {Path.GetFileName(from)}" : string.Create(CultureInfo.InvariantCulture, $"{model.Layers} layers of width {model.Hidden}");
        return (run.Recipe.Name, string.Create(CultureInfo.InvariantCulture, $"{shape}; {run.Recipe.Supervised.Tokens:N0} tokens of corpus; {(run.Recipe.ExpertIteration is { Rounds: > 0 } expert ? string.Create(CultureInfo.InvariantCulture, $"{expert.Rounds} rounds of expert iteration of {expert.Prompts} problems x {expert.Samples} samples; ") : "")}{rl.Steps} RL steps of {rl.Prompts} problems x {rl.Samples} samples"));
    }
}
