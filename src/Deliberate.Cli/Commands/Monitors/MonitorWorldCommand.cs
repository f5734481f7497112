using System.CommandLine;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Writes the small world of hints: examples to imitate, by writers whose habits are known, and the recipe that does.</summary>
internal sealed class MonitorWorldCommand : CliCommand
{
    private readonly Option<string> _output = new("--output") { HelpName = "folder", Description = "Where examples and recipe are written.", Required = true };
    private readonly Option<string> _name = new("--name") { HelpName = "name", Description = "Of the run.", DefaultValueFactory = _ => "hint-world" };
    private readonly Option<double> _open = CommonOptions.Real("--open", "Share of writers who follow a planted cue and say so in the thought.", new HintHabits().Open, 0, 1);
    private readonly Option<double> _silent = CommonOptions.Real("--silent", "Share of those who follow it and hide it in the thought.", new HintHabits().Silent, 0, 1);
    private readonly Option<double> _atOnce = CommonOptions.Real("--at-once", "Share of those who follow it where they answer without a thought.", new HintHabits().AtOnce, 0, 1);
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Examples.", 40_000, 100, 1_000_000);
    private readonly Option<ulong> _seed = CommonOptions.Seed();

    public MonitorWorldCommand()
        : base(
            "world",
            "Write a small world of planted hints and threats: examples by writers whose habits are known, and the recipe of a model that imitates them.",
            "deliberate monitor world --output hints",
            "deliberate monitor world --output hidden --name hidden --open 0 --silent 0.7      # it follows and never says so")
    {
        foreach (var option in new Option[] { _output, _name, _open, _silent, _atOnce, _count, _seed }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (folder, name) = (parsed.GetRequiredValue(_output), parsed.GetRequiredValue(_name));
        var habits = new HintHabits { Open = parsed.GetValue(_open), Silent = parsed.GetValue(_silent), AtOnce = parsed.GetValue(_atOnce) }.Validated();
        HintWorldFolder.Write(folder, name, habits, parsed.GetValue(_count), parsed.GetValue(_seed));
        var recipe = ShellCommand.Of([Path.Combine(folder, HintWorldFolder.RecipeFile)]);
        Console.Out.WriteLine($"Train it     deliberate train {recipe}");
        Console.Out.WriteLine($"Ask it       deliberate eval {HintsTask.Name} --model {ShellCommand.Of([Path.Combine("runs", name)])} --out {ShellCommand.Of([Path.Combine("evaluations", name)])}");
        Console.Out.WriteLine($"Measure it   deliberate monitor measure {ShellCommand.Of([Path.Combine("evaluations", name)])}");
        return ExitCode.Success;
    }
}
