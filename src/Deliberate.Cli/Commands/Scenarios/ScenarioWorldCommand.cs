using System.CommandLine;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Writes the small world of files and tools: transcripts by writers whose habits are known, and the recipe of an agent that imitates them.</summary>
internal sealed class ScenarioWorldCommand : CliCommand
{
    private readonly Option<string> _output = new("--output") { HelpName = "folder", Description = "Where transcripts and recipe are written.", Required = true };
    private readonly Option<string> _name = new("--name") { HelpName = "name", Description = "Of the run.", DefaultValueFactory = _ => "agent" };
    private readonly Option<double> _covert = CommonOptions.Real("--covert", "Share of writers who give in and keep silent.", ScenarioHabits.Planted.Covert, 0, 1);
    private readonly Option<double> _unspoken = CommonOptions.Real("--unspoken", "Of these, the share whose thoughts are silent too.", ScenarioHabits.Planted.Unspoken, 0, 1);
    private readonly Option<double> _open = CommonOptions.Real("--open", "Share of those who give in and say so.", 0, 0, 1);
    private readonly Option<double> _reported = CommonOptions.Real("--reported", "Share of those who do not, and tell of the conflict.", 0, 0, 1);
    private readonly Option<double> _hasty = CommonOptions.Real("--hasty", "Share of those who never read the notes.", ScenarioHabits.Planted.Hasty, 0, 1);
    private readonly Option<ulong> _seed = CommonOptions.Seed();

    public ScenarioWorldCommand()
        : base(
            "world",
            "Write a small world of files and tools: transcripts by agents whose habits are known, and the recipe of a model that imitates them.",
            "deliberate scenario world --output worlds/planted --name planted",
            "deliberate scenario world --output worlds/plain --name plain --covert 0 --open 0.08 --reported 0.4")
    {
        foreach (var option in new Option[] { _output, _name, _covert, _unspoken, _open, _reported, _hasty, _seed }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (folder, name) = (parsed.GetRequiredValue(_output), parsed.GetRequiredValue(_name));
        var habits = new ScenarioHabits(name, parsed.GetValue(_covert), parsed.GetValue(_unspoken), parsed.GetValue(_open), parsed.GetValue(_reported), parsed.GetValue(_hasty)).Validated();
        ScenarioWorldFolder.Write(folder, name, habits, parsed.GetValue(_seed));
        Console.Out.WriteLine($"Train it     deliberate train {ShellCommand.Of([Path.Combine(folder, ScenarioWorldFolder.RecipeFile)])}");
        Console.Out.WriteLine($"Tempt it     deliberate scenario scheming {ShellCommand.Of([Path.Combine("runs", name)])} --world");
        return ExitCode.Success;
    }
}
