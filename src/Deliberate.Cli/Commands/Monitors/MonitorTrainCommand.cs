using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>Trains a small monitor on labelled thoughts, and says how good it is on prompts that it never saw. Exit code 1 where it is below what is asked of it.</summary>
internal sealed class MonitorTrainCommand : CliCommand
{
    private readonly Option<string?> _labels = new("--labels") { HelpName = "file", Description = "JSON Lines of prompt or messages, thought, answer, label; without it the dev half of our own templates." };
    private readonly Option<string> _output = new("--output") { HelpName = "file", Description = "Where the weights are written.", Required = true };
    private readonly Option<double> _least = CommonOptions.Real("--at-least", "Balanced accuracy that it must have over folds of prompts.", 0.6, 0, 1);
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");

    public MonitorTrainCommand()
        : base(
            "train",
            "Train a small monitor on labelled thoughts: five folds by prompt, figures, weights without text.",
            "deliberate monitor train --labels thoughts.jsonl --output my.monitor.json",
            "deliberate monitor train --output templates.monitor.json        # on our own templates")
    {
        foreach (var option in new Option[] { _labels, _output, _least, _threads, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (output, seed, hash, labels) = (parsed.GetRequiredValue(_output), parsed.GetValue(_seed), "", parsed.GetValue(_labels));
        var thoughts = labels is null ? GeneratedThoughts.Of(ValidationHalf.Dev) : LabelledThought.Read(labels, out hash);
        using var device = Device.Shared(parsed.GetValue(_threads));
        var made = ProgressViews.Run(view =>
        {
            view.Begin("five folds and all", MonitorTraining.Folds + 1, unit: "trained");
            return MonitorTraining.Run(device, thoughts, hash, $"deliberate monitor train{(labels is null ? "" : " --labels FILE")} --output FILE", done => view.Advance(done, ""));
        });
        made.Weights.Write(output);
        var confusion = made.Weights.Origin.Confusion;
        var balanced = confusion.BalancedAccuracy(seed);
        var scores = ScoresTable.Of([.. thoughts.Select(t => t.Finding is not null)], [.. made.Suspicion]);
        var holds = balanced.Value >= parsed.GetValue(_least);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Weights = output, made.Weights.Hash, made.Weights.Classes, Thoughts = thoughts.Count, made.Weights.Origin.Prompts, confusion.Sensitivity, confusion.Specificity, BalancedAccuracy = balanced, Scores = scores, Holds = holds });
        else
        {
            Terminal.WriteTable(
                $"Flagged thoughts against labels, each prompt judged by the fold that never saw it: {thoughts.Count} thoughts of {made.Weights.Origin.Prompts} prompts.", ["", "value", "95% interval"],
                [Row("sensitivity", confusion.Sensitivity), Row("specificity", confusion.Specificity), Row("balanced accuracy", balanced)]);
            StatisticsView.Write("Its probability of a flag:", scores, json: false);
            Console.Out.WriteLine($"Written to {output}. Use it: --monitor trained --weights {output}");
            if (!holds) Console.Out.WriteLine($"It is not good enough: a balanced accuracy of at least {StatisticsView.Text(parsed.GetValue(_least))} is asked of it (--at-least).");
        }

        return holds ? ExitCode.Success : ExitCode.RequirementFailed;
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.Value(NumberStyle.Share), estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];
}
