using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// What a run's evaluations measured, read from its folder: a row for each of the evaluations at the beginning and end of
/// its stages, or what there is of them.
/// </summary>
internal sealed record RunTable(string Run, string Drawn, IReadOnlyList<RunTable.Row> Rows, IReadOnlyList<RunTable.Change> Changes)
{
    /// <param name="Evaluation">start, base, expert or final.</param>
    /// <param name="When">The same in words: before RL.</param>
    /// <param name="Right">Right answers.</param>
    /// <param name="AllStepsRight">Right answers with every step right; null for answers without thought.</param>
    /// <param name="LengthRight">Mean tokens of right samples.</param>
    /// <param name="LengthWrong">Mean tokens of the others.</param>
    /// <param name="Budgets">Right answers within each smaller token budget.</param>
    internal sealed record Row(string Evaluation, string When, int Problems, Estimate Right, Estimate? AllStepsRight, Estimate LengthRight, Estimate LengthWrong, IReadOnlyList<NamedEstimate> Budgets);

    /// <summary>What a part of the run changed in the right answers, on the same problems.</summary>
    /// <param name="By">The part: imitation.</param>
    /// <param name="Detectable">The least true difference that these problems find with probability .8; null where none.</param>
    internal sealed record Change(string By, string From, string To, Estimate Before, Estimate After, Estimate Difference, double? PValue, double? Detectable);

    public static RunTable Read(string folder)
    {
        var run = new RunFolder(folder);
        var recipe = RunRecipe.Read(run);
        var facts = RunFacts.Read(run) ?? FactsOfRun.Of(recipe, inputs: null);
        var rows = new List<Row>();
        foreach (var name in new[] { RunFolder.Start, RunFolder.Base, RunFolder.Expert, RunFolder.Final })
        {
            var path = run.Evaluation(name);
            // Where nothing follows imitation, its model is the last one.
            if (!File.Exists(path) || (name == RunFolder.Base && !facts.Learns && File.Exists(run.Evaluation(RunFolder.Final)))) continue;
            var summary = EvaluationSummary.Of(name, EvaluationFile.Read(path), recipe.Evaluation.Samples, recipe.Evaluation.Budgets);
            if (summary.Samples == 0) continue;
            rows.Add(new Row(
                name,
                When(recipe, facts, name),
                summary.Problems,
                summary.Accuracy,
                facts.Problems is { Thinks: true } ? summary.AllStepsRight : null,
                summary.CompletionLengthRight,
                summary.CompletionLengthWrong,
                [.. summary.Budgets.Select(b => new NamedEstimate(SampleMeasure.Within(b.Budget).Name, b.Accuracy, NumberStyle.Share))]));
        }

        var changes = RunChange.Of(RunEvidence.Read(folder)).Select(c => new Change(c.By, c.FromName, c.ToName, c.Accuracy.From, c.Accuracy.To, c.Accuracy.Difference, c.Accuracy.PValue, c.Detectable));
        return new RunTable(folder, recipe.Evaluation.Drawn, rows, [.. changes]);
    }

    /// <summary>One table of several runs, then the budgets of those that have them.</summary>
    public static void Write(IReadOnlyList<RunTable> runs)
    {
        var rows = runs.SelectMany(run => run.Rows.Select(row => (IReadOnlyList<string>)
        [
            Name(run), row.When, row.Right.WithRange(NumberStyle.Share), row.AllStepsRight?.WithRange(NumberStyle.Share) ?? "-", Tokens(row.LengthRight), Tokens(row.LengthWrong),
            row.Problems.ToString(CultureInfo.InvariantCulture),
        ])).ToArray();
        if (rows.Length == 0) return;
        var estimates = runs.SelectMany(run => run.Rows).SelectMany(row => new[] { row.Right, row.AllStepsRight, row.LengthRight, row.LengthWrong }.OfType<Estimate>());
        Terminal.WriteTable($"Held-out problems, {string.Join(" or ", runs.Select(run => run.Drawn).Distinct())}, with 95% intervals ({EstimateText.Methods(estimates)}):", ["run", "when", "right answer", "every step right", "length, right", "length, wrong", "n"], rows, words: 2);
        var changes = runs.SelectMany(run => run.Changes.Select(c => (IReadOnlyList<string>)
        [
            Name(run), c.By, c.Before.WithRange(NumberStyle.Share), c.After.WithRange(NumberStyle.Share), c.Difference.WithRange(NumberStyle.Share), PText.Of(c.PValue),
            c.Detectable is { } least ? NumberText.Value(least, NumberStyle.Share) : "-", c.Difference.N.ToString(CultureInfo.InvariantCulture),
        ])).ToArray();
        if (changes.Length > 0)
            Terminal.WriteTable($"Changes of right answers on the same problems, paired, with 95% intervals ({EstimateText.Methods(runs.SelectMany(run => run.Changes).Select(c => c.Difference))}); found: the least true difference that would be, with probability .8:", ["run", "by", "before", "after", "difference", "p", "found", "n"], changes, words: 2);
        var budgets = runs.SelectMany(run => run.Rows.SelectMany(row => row.Budgets.Select(b => (IReadOnlyList<string>)[Name(run), row.When, b.Name, b.Estimate.WithRange(b.Style)]))).ToArray();
        if (budgets.Length > 0) Terminal.WriteTable($"Right answers when completions are cut off, with 95% intervals ({EstimateText.Methods(runs.SelectMany(run => run.Rows).SelectMany(row => row.Budgets).Select(b => b.Estimate))}):", ["run", "when", "budget", "right answer"], budgets, words: 3);
    }

    private static string When(TrainRecipe recipe, RunFacts facts, string name)
    {
        var learning = LearningWords.Of(facts);
        if (name == RunFolder.Start) return LearningWords.OfImitation(facts).Before;
        if (name == RunFolder.Final || !facts.Learns) return learning.After;
        return name == recipe.ReinforcementStart ? learning.Before : LearningWords.ExpertIteration.Before;
    }

    private static string Name(RunTable run) => Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Run));

    private static string Tokens(Estimate mean) => mean.IsMeasured ? mean.WithRange(NumberStyle.Tenths) : "-";
}
