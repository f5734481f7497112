using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// What a run's evaluations measured, read from its folder: a row for each of the evaluations at the beginning and end of
/// its stages, or what there is of them.
/// </summary>
internal sealed record RunTable(string Run, IReadOnlyList<RunTable.Row> Rows)
{
    /// <param name="Evaluation">base, expert or final.</param>
    /// <param name="When">The same in words: before RL.</param>
    /// <param name="Right">Right answers.</param>
    /// <param name="AllStepsRight">Right answers with every step right; null for answers without thought.</param>
    /// <param name="ThoughtRight">Mean tokens of right samples; null without any.</param>
    /// <param name="ThoughtWrong">Mean tokens of the others.</param>
    /// <param name="Budgets">Right answers within each smaller token budget.</param>
    internal sealed record Row(string Evaluation, string When, int Problems, Measure Right, Measure? AllStepsRight, double? ThoughtRight, double? ThoughtWrong, IReadOnlyList<Measure> Budgets);

    public static RunTable Read(string folder)
    {
        var run = new RunFolder(folder);
        var recipe = TrainRecipe.Read(run.Recipe);
        var rows = new List<Row>();
        foreach (var name in new[] { RunFolder.Base, RunFolder.Expert, RunFolder.Final })
        {
            var path = run.Evaluation(name);
            if (!File.Exists(path)) continue;
            // Samples beyond these were drawn for votes alone, on some of the problems.
            var graded = EvaluationFile.Read(path).Where(s => s.Sample < recipe.Evaluation.Samples && s.Grade.IsGraded).ToList();
            if (graded.Count == 0) continue;
            var summary = EvaluationSummary.Of(name, graded, recipe.Evaluation.Samples, recipe.Evaluation.Budgets);
            rows.Add(new Row(
                name,
                When(recipe, name),
                summary.Problems,
                Rate("right", graded, s => s.Grade.Correct > 0),
                recipe.Problems is null && recipe.Family.ChainOfThought ? Rate("every step right", graded, s => s.Grade.AllStepsRight) : null,
                double.IsFinite(summary.ThoughtTokensRight) ? summary.ThoughtTokensRight : null,
                double.IsFinite(summary.ThoughtTokensWrong) ? summary.ThoughtTokensWrong : null,
                [.. recipe.Evaluation.Budgets.Select(b => Rate(string.Create(CultureInfo.InvariantCulture, $"within {b} tokens"), graded, s => ProblemEvaluator.RightWithin(s, b)))]));
        }

        return new RunTable(folder, rows);
    }

    /// <summary>One table of several runs, then the budgets of those that have them.</summary>
    public static void Write(IReadOnlyList<RunTable> runs)
    {
        var rows = runs.SelectMany(run => run.Rows.Select(row => (IReadOnlyList<string>)
        [
            Name(run), row.When, Show(row.Right), row.AllStepsRight is { } steps ? Show(steps) : "-", Tokens(row.ThoughtRight), Tokens(row.ThoughtWrong),
            row.Problems.ToString(CultureInfo.InvariantCulture),
        ])).ToArray();
        if (rows.Length == 0) return;
        Terminal.WriteTable("Held-out problems at temperature 1, with 95% intervals:", ["run", "when", "right answer", "every step right", "tokens, right", "tokens, wrong", "n"], rows, words: 2);
        var budgets = runs.SelectMany(run => run.Rows.SelectMany(row => row.Budgets.Select(b => (IReadOnlyList<string>)[Name(run), row.When, b.Name, Show(b)]))).ToArray();
        if (budgets.Length > 0) Terminal.WriteTable("Right answers when thought is cut off:", ["run", "when", "budget", "right answer"], budgets, words: 3);
    }

    private static string When(TrainRecipe recipe, string name)
    {
        var learning = LearningWords.Of(recipe);
        if (name == RunFolder.Final) return learning.After;
        return name == recipe.ReinforcementStart ? learning.Before : LearningWords.ExpertIteration.Before;
    }

    private static string Name(RunTable run) => Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Run));

    private static string Show(Measure measure) => $"{measure.Text} ({measure.IntervalText})";

    private static string Tokens(double? mean) => mean?.ToString("0", CultureInfo.InvariantCulture) ?? "-";

    private static Measure Rate(string name, List<GradedSample> graded, Func<GradedSample, bool> success)
    {
        var problems = graded.GroupBy(s => s.Problem.Index).ToArray();
        var estimate = PassAtK.OverProblems([.. problems.Select(p => p.Count())], [.. problems.Select(p => p.Count(success))], 1);
        var interval = estimate.Rate();
        return new Measure(name, estimate.Mean, interval.Low, interval.High, IsRate: true);
    }
}
