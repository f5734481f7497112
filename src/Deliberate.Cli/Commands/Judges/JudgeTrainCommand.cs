using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>
/// Makes the offline judge of refusals anew from labelled completions, or the classifier of prompts that a server moderates by, and says how good it is. Exit code 1 where it is below what is asked of
/// it, or no better than a search for phrases.
/// </summary>
internal sealed class JudgeTrainCommand : CliCommand
{
    private const string Prompts = "harmful-prompts";

    /// <summary>That the figures are for.</summary>
    private const double HarmfulThreshold = 0.5;

    private readonly Argument<string> _name = new("JUDGE") { Description = "refusal: whether an answer refuses; harmful-prompts: whether a prompt asks for harm, for deliberate serve --moderate." };
    private readonly Option<string> _data = new("--data") { HelpName = "folder", Description = "For refusal it holds xstest/completions_MODEL.csv; for harmful-prompts the prompts of XSTest, and of HarmBench, Do-Not-Answer, CyberSecEval, GSM8K and SVAMP those that are there.", Required = true };
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where the weights are written; nowhere without it." };
    private readonly Option<double> _least = CommonOptions.Real("--at-least", "Balanced accuracy that it must have over folds of prompts.", 0.85, 0, 1);
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");

    public JudgeTrainCommand()
        : base("train", "Make an offline classifier from labelled data: five folds by prompt, figures, weights without text.", "deliberate judge train refusal --data data --output refusal.weights", "deliberate judge train refusal --data data        # figures alone", "deliberate judge train harmful-prompts --data data --output prompts.json   # then: deliberate serve MODEL --moderate prompts.json")
    {
        Add(_name);
        foreach (var option in new Option[] { _data, _output, _least, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_name);
        if (name == Prompts) return TrainPrompts(parsed);
        if (name != RefusalJudge.JudgeName) throw new UserError($"The judge \"{name}\" is not trained.", field: "JUDGE", advice: "refusal and harmful-prompts are; the others are models with a rubric.");
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

    private int TrainPrompts(ParseResult parsed)
    {
        var data = parsed.GetRequiredValue(_data);
        using var stop = new StopSignal("Stopping.");
        using var device = Device.Shared(parsed.GetValue(_threads));
        var made = ProgressViews.Run(view =>
        {
            view.Begin("five folds and all rows", 1, unit: "classifiers");
            var trained = HarmfulPrompts.Train(data, device, HarmfulThreshold, stop.Token).GetAwaiter().GetResult();
            view.Advance(1, "");
            return trained;
        }) ?? throw new UserError("The folder has no XSTest, without which there is nothing to learn from or to be held against.", data, field: "--data", advice: "deliberate eval xstest-safe fetches it at first use; then name that folder of data.");
        if (parsed.GetValue(_output) is { } path) HarmfulPromptsFile.Write(path, made);
        var balanced = made.All.BalancedAccuracy(1);
        var holds = balanced.Value >= parsed.GetValue(_least);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { made.Hash, made.Sources, made.All.Sensitivity, made.All.Specificity, BalancedAccuracy = balanced, Contrasts = new { made.Contrasts.Sensitivity, made.Contrasts.Specificity, BalancedAccuracy = made.Contrasts.BalancedAccuracy(1) }, Holds = holds });
        else
        {
            Terminal.WriteTable(
                $"Prompts that ask for harm, each judged by the fold that never saw it, at a probability of {StatisticsView.Text(HarmfulThreshold)}: {string.Join(", ", made.Sources)}.", ["", "value", "95% interval"],
                [Row("sensitivity", made.All.Sensitivity), Row("specificity", made.All.Specificity), Row("balanced accuracy", balanced), Row("of XSTest alone, whose safe prompts look unsafe: sensitivity", made.Contrasts.Sensitivity), Row("of XSTest alone: specificity", made.Contrasts.Specificity)]);
            Console.Out.WriteLine($"{Prompts} {made.Hash[..12]}{(parsed.GetValue(_output) is { } file ? $", written to {file}" : "")}.");
            if (!holds) Console.Out.WriteLine($"It is not good enough: balanced accuracy of at least {StatisticsView.Text(parsed.GetValue(_least))} is asked of it.");
        }

        return holds ? ExitCode.Success : ExitCode.RequirementFailed;
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.Value(NumberStyle.Share), estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];

    /// <summary>The mean over classes of the share of each that was found as such.</summary>
    private static double ThreeClasses(IReadOnlyList<LabelledRefusal> rows, RefusalTraining made) => rows.Select((r, i) => (r.Label, Found: made.Probabilities[i].Likeliest)).GroupBy(r => r.Label).Average(g => g.Average(r => r.Found == g.Key ? 1.0 : 0));
}
