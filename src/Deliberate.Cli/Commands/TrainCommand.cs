using System.CommandLine;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Trains what a recipe describes into a new run folder.</summary>
internal sealed class TrainCommand : CliCommand
{
    private readonly Argument<string> _recipe = new("RECIPE") { Description = "A YAML file; recipes/arithmetic.yaml and recipes/countdown.yaml are made to be edited (deliberate recipe copy writes them)." };
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "The run folder; runs/NAME if left out, NAME being the recipe's." };
    private readonly Option<string?> _from = new("--from") { HelpName = "checkpoint", Description = "Start from another run's weights, or a model from elsewhere, as the recipe's model.from does; the optimizer begins anew." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Train nothing: say what the recipe amounts to, in sequences, tokens, memory, disk and time, or why it cannot be done." };
    private readonly Option<int> _seeds = CommonOptions.Whole("--seeds", "Train it with so many seeds, from the recipe's on, and report the mean over them.", 1, 1, 1_000_000);
    private readonly Option<string[]> _sweep = new("--sweep") { HelpName = "key=a,b,c", Description = "Train it with each of these values of a key; of several keys every combination. The plan: --dry-run.", DefaultValueFactory = _ => [] };
    private readonly Option<bool> _yes = new("--yes") { Description = $"More than {Sweep.MostUnasked} runs of a sweep are meant." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string?> _device = new("--device") { HelpName = "cpu|gpu", Description = "What computes, as the recipe's device does: cpu, or gpu for a graphics card (docs/gpu.md)." };
    private readonly Option<bool> _json = CommonOptions.Json("the outcome and the evaluations, or the plan");

    public TrainCommand()
        : base(
            "train",
            "Train what a recipe describes: supervised, then reinforcement learning, evaluations and a report. Ctrl-C saves. Under mpirun -n 2 two processes share the work (docs/scale.md).",
            "deliberate train recipes/arithmetic.yaml",
            "deliberate train recipes/arithmetic.yaml --dry-run   # what it amounts to",
            "deliberate train recipes/countdown.yaml --set name=longer --set reinforcement.steps=200",
            "deliberate train recipes/arithmetic.yaml --set \"family.levels=[3, 4]\" --output runs/mixed --threads 4",
            "deliberate train recipes/arithmetic.yaml --device gpu   # on a graphics card",
            "deliberate train recipes/arithmetic.yaml --seeds 5   # the mean over seeds, and what another seed may give",
            "deliberate train recipes/arithmetic.yaml --sweep reinforcement.samples=4,8,16 --seeds 3 --dry-run",
            "deliberate train recipes/arithmetic.yaml --from runs/my-arithmetic/checkpoints/best --set supervised.tokens=0 --set name=further")
    {
        Add(_recipe);
        foreach (var option in new Option[] { _output, _from, _set, _seeds, _sweep, _dryRun, _yes, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        string[] set = parsed.GetValue(_set) ?? [];
        // Quoted, so that a path is read as a text whatever is in it.
        if (parsed.GetValue(_from) is { } from) set = [.. set, $"model.from={JsonSerializer.Serialize(CheckpointChoice.Find(from).Location)}"];
        if (parsed.GetValue(_device) is { } device) set = [.. set, $"device={JsonSerializer.Serialize(device)}"];
        var file = ShippedRecipes.Named(parsed.GetRequiredValue(_recipe));
        var recipe = TrainRecipe.Read(file, set);
        var folder = parsed.GetValue(_output) ?? Path.Combine("runs", recipe.Name);
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, field: "--output", advice: "Choose another name.");
        if (parsed.GetValue(_seeds) > 1 || parsed.GetValue(_sweep) is { Length: > 0 })
        {
            SweepSession.RefuseRanks();
            var sweep = Sweep.Of(recipe, parsed.GetValue(_seeds), [.. parsed.GetValue(_sweep)!.Select(SweepAxis.Parse)]);
            return SweepSession.Run(new SweepSession.Request(file, set, folder, sweep), parsed.GetValue(_dryRun), parsed.GetValue(_yes), parsed.GetValue(_threads), parsed.GetValue(_json), SweepCommand(parsed, folder, asks: sweep.Count > Sweep.MostUnasked));
        }

        if (parsed.GetValue(_dryRun)) return Plan(recipe, file, folder, parsed.GetValue(_threads), parsed.GetValue(_json), Command(parsed, parsed.GetValue(_output) is { } output ? ["--output", output] : []));
        return TrainingSession.Execute(folder, (observer, ranks) => TrainingRun.Start(recipe, ranks.Begin(recipe, folder), ranks.Threads(parsed.GetValue(_threads)), observer, world: ranks.World), parsed.GetValue(_json));
    }

    /// <summary>What makes the page of a sweep again.</summary>
    /// <param name="asks">Whether so many runs are trained only where they are said to be meant.</param>
    private string SweepCommand(ParseResult parsed, string folder, bool asks) => Command(parsed,
    [
        .. (parsed.GetValue(_sweep) ?? []).SelectMany(one => (string[])["--sweep", one]), "--seeds", parsed.GetValue(_seeds).ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. asks ? (string[])["--yes"] : [], "--output", folder,
    ]);

    /// <summary>The command line that trains what this one asks for.</summary>
    private string Command(ParseResult parsed, string[] more) => ShellCommand.Of(
    [
        "deliberate", "train", parsed.GetRequiredValue(_recipe), .. (parsed.GetValue(_set) ?? []).SelectMany(one => (string[])["--set", one]),
        .. parsed.GetValue(_device) is { } device ? (string[])["--device", device] : [], .. parsed.GetValue(_from) is { } from ? (string[])["--from", from] : [], .. more,
    ]);

    private static int Plan(TrainRecipe recipe, string file, string folder, int threads, bool json, string command)
    {
        using var ranks = Ranks.Open();
        if (!ranks.World.IsFirst) return ExitCode.Success;
        var machine = MachineLimits.At(folder, recipe.Device).Shared(ranks.World.OnThisMachine);
        var plan = Planner.Plan(recipe, file, ranks.World.Size);
        Planner.Refuse(plan, machine, file);
        var time = TimeEstimate.Measure(plan, threads);
        if (json)
        {
            JsonOutput.Write(new { Recipe = file, Run = folder, plan.Parameters, plan.Lengths, plan.Problems, plan.Supervised, plan.ExpertIteration, plan.Reinforcement, plan.Evaluation, plan.Memory, plan.Disk, Machine = machine, Seconds = time, plan.Remarks });
            return ExitCode.Success;
        }

        foreach (var (name, text) in PlanText.Full(plan, machine, time)) Console.Out.WriteLine($"{name,-17} {text}");
        foreach (var remark in plan.Remarks) Console.Out.WriteLine($"{"note",-17} {remark}");
        Console.Out.WriteLine();
        Console.Out.WriteLine($"Nothing was trained. Train it: {command}");
        return ExitCode.Success;
    }
}
