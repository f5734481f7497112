using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The report of one or several runs, made from what their folders hold and nothing else: a chapter for each run that thinks,
/// with its control where one of the other runs is that. All numbers come from the evaluation files; every figure names its n.
/// </summary>
internal static class RunReport
{
    public const string FileName = "report.html", SummaryFile = "summary.json", PictureFile = "learning.svg";

    /// <summary>Writes the page, the numbers and the picture beside it.</summary>
    /// <returns>The page's path.</returns>
    public static string Write(string path, string command, params IReadOnlyList<string> runs)
    {
        var evidence = runs.Select(RunEvidence.Read).ToArray();
        AtomicFile.WriteText(path, ReportPage.Render(Build(command, evidence)));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AtomicFile.WriteText(Path.Combine(folder, SummaryFile), RunSummary.Json(evidence));
        if (evidence.FirstOrDefault(e => e.Thinks && e.Evaluations.Count > 1) is { } first)
            AtomicFile.WriteText(Path.Combine(folder, PictureFile), StandaloneSvg.Render(Learning(first, evidence.FirstOrDefault(first.HasControl)).Panels[0]));
        return path;
    }

    public static ReportModel Build(string command, IReadOnlyList<RunEvidence> runs)
    {
        var main = runs.Where(r => r.Thinks || !runs.Any(o => o.HasControl(r))).ToArray();
        var several = main.Length > 1;
        return new ReportModel
        {
            Title = several ? "A model learns to reason" : $"Run {main[0].Recipe.Name}",
            Subtitle = "Trained from random weights on a CPU, by imitation and then by reinforcement learning with verifiable rewards.",
            Made = [runs[0].Info.Started.ToString("d MMMM yyyy", CultureInfo.InvariantCulture), runs[0].Info.Device, $"seed {runs[0].Info.Seed}"],
            Lead =
            [
                "First the model imitates a corpus of worked solutions by writers of very different quality. The corpus is made up: it stands for a pretraining corpus, in which good and bad reasoning lie side by side. Then it solves problems on its own, and what led to right answers is made more likely.",
            ],
            KeyNumbers = [.. main.SelectMany(r => RunChapter.Cards(r))],
            Shows = [.. main.SelectMany(r => RunChapter.Shows(r, runs.FirstOrDefault(r.HasControl)))],
            DoesNotShow =
            [
                "That a larger model on natural problems would behave alike: these are small models on generated problems with exact checkers.",
                "How much the result varies with the seed: each run is one seed. Intervals cover the choice of problems and samples, not of seeds.",
            ],
            Chapters = [.. main.Select(r => RunChapter.Build(r, runs.FirstOrDefault(r.HasControl)))],
            Health = Health(main),
            Provenance = new Provenance(command, runs[0].Info.Seed,
            [
                ("Deliberate", runs[0].Info.DeliberateVersion), ("Device", runs[0].Info.Device),
                .. runs.Select(r => (r.Recipe.Name, $"{r.Recipe.Supervised.Tokens:N0} tokens of corpus, {r.Recipe.Reinforcement.Steps} RL steps of {r.Recipe.Reinforcement.Prompts} problems x {r.Recipe.Reinforcement.Samples} samples")),
            ]),
        };
    }

    /// <summary>Accuracy (and that of the control) and length of thought over RL steps.</summary>
    public static ReportFigure Learning(RunEvidence run, RunEvidence? control)
    {
        var counts = run.Evaluations.Select(e => run.First(e.Samples).Count).Distinct().Order().ToArray();
        return LearningFigure.Build(RunChapter.Name(run), "share of answers right", Points(run), control is null ? null : Points(control),
            $"n = {string.Join(" or ", counts)} held-out problems a point", $"sampled at temperature {run.Recipe.Reinforcement.Temperature:0.##} after so many RL steps; Wilson intervals for shares, t intervals for lengths");
    }

    private static List<LearningPoint> Points(RunEvidence run) =>
    [
        .. run.Evaluations.Select(e =>
        {
            var samples = run.First(e.Samples);
            return new LearningPoint(e.Step, Measures.Accuracy(samples), Measures.Length(samples.Where(s => s.Grade.Correct > 0)), Measures.Length(samples.Where(s => s.Grade.Correct == 0)));
        }).GroupBy(p => p.Step).Select(g => g.Last()),
    ];

    private static HealthChapter? Health(IReadOnlyList<RunEvidence> runs)
    {
        var figures = new List<ReportFigure>();
        var findings = new List<HealthFinding>();
        foreach (var run in runs)
        {
            var points = run.Metrics.Where(m => m.Values.ContainsKey("rl/reward_mean")).Select(m => new HealthPoint(
                (int)m.Step, Value(m, "policy/entropy"), Value(m, "policy/approx_kl_k3"), Value(m, "policy/clip_fraction"), Value(m, "rl/truncated"), Value(m, "rl/gradient_norm"), Value(m, "rl/flat_groups"))).ToArray();
            if (points.Length == 0) continue;
            figures.Add(HealthFigure.Build(points, $"{RunChapter.Name(run)}, {points.Length} steps", "the training batches' own numbers, from metrics.jsonl"));
            var skipped = run.Metrics.Count(m => Value(m, "rl/skipped") > 0 || Value(m, "sft/skipped") > 0);
            findings.Add(skipped == 0
                ? new HealthFinding(HealthLevel.Good, $"{RunChapter.Name(run)}: no step was skipped for a loss that is not finite.")
                : new HealthFinding(HealthLevel.Warning, $"{RunChapter.Name(run)}: {skipped} steps were skipped because the loss was not finite."));
            if (points[^1].TruncatedShare > 0.2) findings.Add(new HealthFinding(HealthLevel.Warning, $"{RunChapter.Name(run)}: {points[^1].TruncatedShare:P0} of the last step's samples were cut off by the token budget; a larger one would let them end."));
            if (points[^1].UniformGroups > 0.8) findings.Add(new HealthFinding(HealthLevel.Note, $"{RunChapter.Name(run)}: in {points[^1].UniformGroups:P0} of the last step's groups all samples had the same reward and taught nothing; a harder level would teach more."));
        }

        return figures.Count == 0 ? null : new HealthChapter(findings, figures);
    }

    private static double Value(MetricsRecord record, string name) => record.Values.TryGetValue(name, out var value) ? value : double.NaN;
}
