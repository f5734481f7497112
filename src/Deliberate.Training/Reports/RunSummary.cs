using System.Text.Json;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The key numbers of runs, for scripts: <c>summary.json</c>. Each is an estimate: value, 95% interval, n, clusters, samples and
/// the interval's method; value and ends are null where they were not measured.
/// </summary>
internal static class RunSummary
{
    public const int Format = 2;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public static string Json(IReadOnlyList<(RunEvidence Run, RunEvidence? Control)> runs) => JsonSerializer.Serialize(
        new
        {
            FormatVersion = Format,
            Runs = runs.SelectMany(r => r.Control is null ? [Of(r.Run, null)] : new[] { Of(r.Run, r.Control), Of(r.Control, null) }),
            Targets = RunTargets.Of(runs).Select(t => new { t.Name, t.Aim, t.Measured, t.Met }),
        },
        Options) + "\n";

    private static object Of(RunEvidence run, RunEvidence? control) => new
    {
        run.Recipe.Name,
        Family = run.Facts.Subject,
        Level = run.Facts.Problems?.TestLevel,
        run.Recipe.Family.ChainOfThought,
        run.Info.Seed,
        Start = run is { Facts.Learns: true, Start: { } start } ? Evaluation(run, 0, RunFolder.Start, start) : null,
        Evaluations = run.Evaluations.Select(e => Evaluation(run, e.Step, e.Name, e.Samples)),
        Rounds = run.Facts.Reinforcement is not null ? run.Rounds.Select(e => Evaluation(run, e.Round, e.Name, e.Samples)) : [],
        run.Best,
        Alarms = RunHealth.Of(new RunFolder(run.Folder), run.Recipe).Rung.Select(r => new { r.Alarm.Name, Stage = RunWords.Stage(r.Stage), r.First, r.Steps, r.Seen }),
        Change = run is { Base: { } b, Final: { } f } ? Change(run, run.First(b), run.First(f)) : null,
        Changes = RunChange.Of(run).Select(c => new { c.By, From = c.FromName, To = c.ToName, Accuracy = c.Accuracy.Difference, c.Accuracy.PValue, c.Detectable }),
        AboveControl = run.Final is { } mine && control?.Final is { } direct ? SampleMeasure.Accuracy.Change(control.First(direct), run.First(mine)) : null,
    };

    private static object Evaluation(RunEvidence run, int step, string name, IReadOnlyList<ScoredSample> all)
    {
        var samples = run.First(all);
        return new
        {
            Name = name,
            Step = step,
            Problems = samples.Select(s => s.Problem.Index).Distinct().Count(),
            Count = samples.Count,
            Accuracy = SampleMeasure.Accuracy.Of(samples),
            AllStepsRight = SampleMeasure.StepsRight.Of(samples),
            CompletionLength = SampleMeasure.CompletionLength.Of(samples),
            CompletionLengthRight = SampleMeasure.CompletionLengthRight.Of(samples),
            CompletionLengthWrong = SampleMeasure.CompletionLengthWrong.Of(samples),
            ThoughtLength = SampleMeasure.ThoughtLength.Of(samples),
            Truncated = SampleMeasure.Truncated.Of(samples),
            CutWhileThinking = SampleMeasure.CutWhileThinking.Of(samples),
            Unscored = SampleMeasure.Unscored.Of(samples),
            Budgets = run.Budgets.Select(b => new { Budget = b, Accuracy = SampleMeasure.Within(b).Of(samples) }),
            Votes = SampleVotes.Of(all, run.Recipe.Evaluation.Seed),
        };
    }

    private static object Change(RunEvidence run, List<ScoredSample> before, List<ScoredSample> after) => new
    {
        Accuracy = SampleMeasure.Accuracy.Change(before, after),
        AccuracyRatio = SampleMeasure.Accuracy.Times(before, after, run.Recipe.Evaluation.Seed),
        AllStepsRight = SampleMeasure.StepsRight.Change(before, after),
        CompletionLength = SampleMeasure.CompletionLength.Change(before, after),
        ThoughtLength = SampleMeasure.ThoughtLength.Change(before, after),
    };
}
