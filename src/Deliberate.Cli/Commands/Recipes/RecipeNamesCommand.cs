using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>What settings of TRL and verl are called here.</summary>
internal sealed class RecipeNamesCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "A setting of TRL or verl, or a part of its name or of ours; all of them if left out.", DefaultValueFactory = _ => "" };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "Write the tables of docs/from-trl-and-verl.md." };
    private readonly Option<bool> _json = CommonOptions.Json("the names");

    public RecipeNamesCommand()
        : base("names", "Say what a setting of TRL or verl is called here, or why there is none.", "deliberate recipe names num_generations", "deliberate recipe names kl")
    {
        Add(_name);
        Add(_markdown);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_markdown))
        {
            Console.Out.Write(NamesTable.Markdown());
            return ExitCode.Success;
        }

        var name = parsed.GetRequiredValue(_name);
        var found = ForeignProgram.All.SelectMany(program => program.Keys.Where(key => Has(key.Name) || Has(key.Ours)).Select(key => (Program: program.Name, Key: key))).ToArray();
        if (found.Length == 0) throw new UserError($"Neither TRL nor verl is known to have a setting \"{name}\".", field: "NAME", advice: NearestName.Suggest(name, [.. ForeignProgram.All.SelectMany(program => program.Keys).Select(key => key.Name)]));
        if (parsed.GetValue(_json)) JsonOutput.Write(found.Select(one => new { one.Program, one.Key.Name, one.Key.Ours, one.Key.About }));
        else Terminal.WriteTable("", ["program", "there", "here", ""], found.Select(one => (string[])[one.Program, one.Key.Name, one.Key.Ours ?? "-", one.Key.About]), words: 4);
        return ExitCode.Success;

        bool Has(string? text) => text?.Contains(name, StringComparison.OrdinalIgnoreCase) == true;
    }
}
