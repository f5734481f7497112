using System.Text.Json;

namespace Deliberate.Training;

/// <summary>
/// The key numbers of runs with their 95% intervals, for scripts: <c>summary.json</c>. A measured value is
/// <c>[value, low, high]</c>, null where it was not measured.
/// </summary>
internal static class RunSummary
{
    public const int Format = 1;

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
        Family = run.Title,
        Level = run.Recipe.TestLevel,
        run.Recipe.Family.ChainOfThought,
        run.Info.Seed,
        Evaluations = run.Evaluations.Select(e => Evaluation(run, e.Step, e.Name, e.Samples)),
        Rounds = run.Recipe.Reinforcement.Steps > 0 ? run.Rounds.Select(e => Evaluation(run, e.Round, e.Name, e.Samples)) : [],
        run.Best,
        Alarms = RunHealth.Of(new RunFolder(run.Folder), run.Recipe).Rung.Select(r => new { r.Alarm.Name, Stage = RunWords.Stage(r.Stage), r.First, r.Steps, r.Seen }),
        Change = run is { Base: { } b, Final: { } f } ? Change(run, run.First(b), run.First(f)) : null,
        AboveControl = run.Final is { } mine && control?.Final is { } direct ? Ends(Measures.Change(control.First(direct), run.First(mine), Measures.Right)) : null,
    };

    private static object Evaluation(RunEvidence run, int step, string name, IReadOnlyList<GradedSample> all)
    {
        var samples = run.First(all);
        return new
        {
            Name = name,
            Step = step,
            Problems = samples.Select(s => s.Problem.Index).Distinct().Count(),
            Count = samples.Count,
            Accuracy = Ends(Measures.Accuracy(samples)),
            AllStepsRight = Ends(Measures.StepsRight(samples)),
            ThoughtTokens = Ends(Measures.Length(samples)),
            ThoughtTokensRight = Ends(Measures.Length(samples.Where(s => s.Grade.Correct > 0))),
            ThoughtTokensWrong = Ends(Measures.Length(samples.Where(s => s.Grade.Correct == 0))),
            Truncated = Ends(Measures.Rate(samples, s => s.Truncated)),
            Budgets = run.Budgets.Select(b => new { Budget = b, Accuracy = Ends(Measures.Within(samples, b)) }),
            Votes = Measures.Votes(all, run.Recipe.Evaluation.Seed).Select(v => new { v.K, Pass = Ends(v.Pass), Majority = Ends(v.Majority) }),
        };
    }

    private static object Change(RunEvidence run, List<GradedSample> before, List<GradedSample> after) => new
    {
        Accuracy = Ends(Measures.Change(before, after, Measures.Right)),
        AccuracyRatio = Ends(Measures.Ratio(before, after, Measures.Right, run.Recipe.Evaluation.Seed)),
        AllStepsRight = Ends(Measures.Change(before, after, Measures.EveryStepRight)),
        ThoughtTokens = Ends(Measures.Change(before, after, Measures.Tokens)),
    };

    private static double?[] Ends(Measured value) => [Finite(value.Value), Finite(value.Low), Finite(value.High)];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
