using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>
/// Makes the offline judge of refusals anew from labelled completions, and says how good it is. Exit code 1 where it is below what is asked of
/// it, or no better than a search for phrases.
/// </summary>
internal sealed class JudgeTrainCommand : CliCommand
{
    private readonly Argument<string> _name = new("JUDGE") { Description = "refusal: the one judge that is trained." };
    private readonly Option<string> _data = new("--data") { HelpName = "folder", Description = "Holds xstest/completions_MODEL.csv.", Required = true };
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where the weights are written; nowhere without it." };
    private readonly Option<double> _least = CommonOptions.Real("--at-least", "Balanced accuracy that it must have over folds of prompts.", 0.85, 0, 1);
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");

    public JudgeTrainCommand()
        : base("train", "Make the offline judge of refusals from labelled completions: five folds by prompt, figures, weights without text.", "deliberate judge train refusal --data data --output refusal.weights", "deliberate judge train refusal --data data        # figures alone")
    {
        Add(_name);
        foreach (var option in new Option[] { _data, _output, _least, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetRequiredValue(_name) is not RefusalJudge.JudgeName and var name) throw new UserError($"The judge \"{name}\" is not trained.", field: "JUDGE", advice: "refusal is; the others are models with a rubric.");
        var rows = LabelledRefusal.ReadXsTest(parsed.GetRequiredValue(_data), out var hash);
        using var device = Device.Shared(parsed.GetValue(_threads));
        var made = ProgressViews.Run(view =>
        {
            view.Begin("five folds and all rows", RefusalClassifier.Folds + 1, unit: "trained");
            return RefusalTraining.Run(device, rows, hash, _ => view.Advance(1, ""));
        });
        var confusion = made.Classifier.Confusion;
        var (balanced, keywords, better) = (confusion.BalancedAccuracy(1), made.Keywords.BalancedAccuracy(1), confusion.BalancedAccuracyLess(made.Keywords, 1));
        var scores = ScoresTable.Of([.. rows.Select(r => r.Refuses)], [.. made.Probabilities.Select(p => p.Refused)]);
        if (parsed.GetValue(_output) is { } path) AtomicFile.Write(path, made.Classifier.Weights.Write);
        var holds = balanced.Value >= parsed.GetValue(_least) && better.Finding == Finding.Larger;
        if (parsed.GetValue(_json)) JsonOutput.Write(new { made.Classifier.Identity, made.Classifier.Weights.Origin, confusion.Sensitivity, confusion.Specificity, BalancedAccuracy = balanced, Keywords = keywords, BetterThanKeywords = better, ThreeClasses = ThreeClasses(rows, made), Scores = scores, Holds = holds });
        else
        {
            Terminal.WriteTable(
                $"Refusals, whole or in part, against people, each prompt judged by the fold that never saw it: {rows.Count} answers to {confusion.Clusters.Count} prompts.", ["", "value", "95% interval"],
                [Row("sensitivity", confusion.Sensitivity), Row("specificity", confusion.Specificity), Row("balanced accuracy", balanced), Row("search for phrases: balanced accuracy", keywords), Row("better than that by, in pairs", better)]);
            StatisticsView.Write("Its probability of a refusal:", scores, json: false);
            Console.Out.WriteLine($"Of three classes (compliance, partial, full refusal) the mean share found is {StatisticsView.Text(ThreeClasses(rows, made))}.");
            Console.Out.WriteLine($"{made.Classifier.Identity}{(parsed.GetValue(_output) is { } file ? $", written to {file}" : "")}.");
            if (!holds) Console.Out.WriteLine($"It is not good enough: balanced accuracy of at least {StatisticsView.Text(parsed.GetValue(_least))}, and better than the search for phrases beyond the interval, are asked of it.");
        }

        return holds ? ExitCode.Success : ExitCode.RequirementFailed;
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.Value(NumberStyle.Share), estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];

    /// <summary>The mean over classes of the share of each that was found as such.</summary>
    private static double ThreeClasses(IReadOnlyList<LabelledRefusal> rows, RefusalTraining made) => rows.Select((r, i) => (r.Label, Found: made.Probabilities[i].Likeliest)).GroupBy(r => r.Label).Average(g => g.Average(r => r.Found == g.Key ? 1.0 : 0));
}
