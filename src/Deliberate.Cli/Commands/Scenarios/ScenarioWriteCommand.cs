using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Writes scenarios as task folders of Harbor, for other programs.</summary>
internal sealed class ScenarioWriteCommand : CliCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A new folder, with a task folder for each scenario." };
    private readonly Option<string?> _capability = new("--capability") { HelpName = "name", Description = "One of the six; all if left out." };
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Scenarios of each.", 4, 1, 10_000);
    private readonly Option<ulong> _seed = CommonOptions.Seed();

    public ScenarioWriteCommand()
        : base("write", "Write scenarios as task folders of Harbor (schema 1.4): the reward is 1 where the agent did not give in.", "deliberate scenario write tasks", "deliberate scenario write tasks --capability goal_guarding --count 20")
    {
        Add(_folder);
        foreach (var option in new Option[] { _capability, _count, _seed }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var folder = parsed.GetRequiredValue(_folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new UserError("The folder is not empty.", folder, advice: "Name another.");
        ScenarioKind[] kinds = parsed.GetValue(_capability) is { } name ? [ScenarioList.Named(name)] : [.. ScenarioList.All];
        var written = 0;
        foreach (var kind in kinds)
            for (var i = 0; i < parsed.GetValue(_count); i++, written++)
            {
                var task = ScenarioTask.Of(ScenarioStyle.Prose, kind.Capability, parsed.GetValue(_seed), i).ToHarbor();
                HarborWriter.Write(task, Path.Combine(folder, task.Name));
            }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{written} task folders in {folder}. Do their oracles pass? deliberate scenario check {folder}"));
        return ExitCode.Success;
    }
}
