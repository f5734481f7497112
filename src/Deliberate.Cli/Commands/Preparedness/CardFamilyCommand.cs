using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Compares the two models of a family from their logs: at equal tokens of thought, and at equal compute.</summary>
internal sealed class CardFamilyCommand : CliCommand
{
    private readonly Argument<string> _larger = new("LARGER") { Description = "A checkpoint or a run folder: the larger model." };
    private readonly Argument<string> _smaller = new("SMALLER") { Description = "The one that was distilled from it." };
    private readonly Option<string?> _task = new("--task") { HelpName = "task", Description = "Which task's logs; the only one that both have, if left out." };
    private readonly Option<string[]> _evidence = new("--evidence") { HelpName = "folder", Description = "Evaluations of both; folders below are looked through. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<int[]> _tokens = new("--tokens") { HelpName = "tokens", Description = "Budgets of an answer; where a quarter, half and all of the larger's answers end, if left out.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _json = CommonOptions.Json("the table");

    public CardFamilyCommand()
        : base(
            "family",
            "Compare a model and the smaller one distilled from it, from their logs: at equal tokens of thought and at equal compute.",
            "deliberate card family runs/distillation-larger runs/distillation-on-policy --evidence evaluations",
            "deliberate card family runs/larger runs/mini --task family:arithmetic@3 --evidence evaluations --tokens 48 --tokens 96")
    {
        Add(_larger);
        Add(_smaller);
        foreach (var option in new Option[] { _task, _evidence, _tokens, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        using var stop = new StopSignal("Stopping.");
        var (a, b) = (parsed.GetRequiredValue(_larger), parsed.GetRequiredValue(_smaller));
        var (larger, smaller) = (GateCommand.Model(a, stop.Token), GateCommand.Model(b, stop.Token));
        if (larger.Id == smaller.Id) throw new UserError("The two are the same model.", b, field: "SMALLER");
        var (heavy, light) = (Weights(a), Weights(b));
        if (light > heavy) throw new UserError(string.Create(CultureInfo.InvariantCulture, $"The smaller has more weights: {light:N0}, and the larger {heavy:N0}."), b, field: "SMALLER", advice: "Name the larger first.");
        var logs = GateEvidence.Read(parsed.GetValue(_evidence) ?? []).Evaluations;
        if (logs.FirstOrDefault(l => l.Damage is not null) is { Damage: { } damage })
        {
            Console.Error.WriteLine($"error: {damage}");
            return ExitCode.InvalidEvidence;
        }

        string[] tasks = [.. logs.Where(l => l.Head!.Model.Hash == larger.Id).Select(l => l.Head!.Task).Intersect(logs.Where(l => l.Head!.Model.Hash == smaller.Id).Select(l => l.Head!.Task))];
        var task = parsed.GetValue(_task) ?? (tasks.Length == 1 ? tasks[0] : throw new UserError(tasks.Length == 0 ? "No task was asked of both." : "Several tasks were asked of both.", field: "--task", advice: tasks.Length == 0 ? $"deliberate eval TASK --model {a} --model {b} --out FOLDER, then --evidence FOLDER." : $"Name one: {string.Join(", ", tasks)}."));
        var (first, second) = (Of(larger), Of(smaller));
        if (first.Head!.ItemsHash != second.Head!.ItemsHash) throw new UserError($"They were asked other items of {task}.", field: "--evidence", advice: "Ask both with the same --limit and --seed.");
        var samples = FamilyTable.Samples(heavy, light);
        var rows = FamilyTable.Of(first.Samples, second.Samples, samples, parsed.GetValue(_tokens) is { Length: > 0 } given ? given : FamilyTable.Budgets(first.Samples));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Task = task, LargerWeights = heavy, SmallerWeights = light, Samples = samples, Rows = rows.Select(r => new { r.Tokens, Larger = Finite(r.Larger), Smaller = Finite(r.Smaller), Difference = Finite(r.Difference), EqualCompute = Finite(r.Voted) }) });
            return ExitCode.Success;
        }

        Terminal.WriteTable(FamilyTable.Table($"{first.Task.Title}, at most so many tokens an answer", "smaller", rows, samples, (heavy, light)));
        return ExitCode.Success;

        EvaluationResult Of(GateModel model) => logs.Where(l => l.Head!.Task == task && l.Head.Model.Hash == model.Id).OrderByDescending(l => l.Result!.Samples.Count).FirstOrDefault()?.Result
            ?? throw new UserError($"There is no log of {task} of {model.Name}.", field: "--evidence", advice: $"deliberate eval {task} --model {model.Name} --out FOLDER.");
    }

    private static object? Finite(Estimate? estimate) => estimate is { IsMeasured: true } measured ? new { measured.Value, Low = double.IsFinite(measured.Low) ? measured.Low : (double?)null, High = double.IsFinite(measured.High) ? measured.High : (double?)null, measured.N } : null;

    private static long Weights(string name) => ParameterCounts.Of(ModelConfiguration.Load(CheckpointChoice.Find(name).Location)).Total;
}
