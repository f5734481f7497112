using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Adds items to a project.</summary>
internal sealed class LabelAddCommand : CliCommand
{
    private readonly Argument<string> _name = new("PROJECT") { Description = "The project." };
    private readonly Argument<string[]> _files = new("FILE") { Description = "As for create.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<ItemPurpose> _as = ChoiceOption.Of("--as", "ordinary: to be labelled; screening: everybody answers them first; quality: mixed in.", ItemPurpose.Ordinary);
    private readonly LabellingOptions _database = new();
    private readonly LabelInput _input = new();

    public LabelAddCommand()
        : base(
            "add",
            "Add items to a project, while it is labelled or not. What is there already is not added again.",
            "deliberate label add arithmetic generation-2.jsonl --generation 2",
            "deliberate label add arithmetic gold-20.jsonl --as quality",
            "deliberate label add arithmetic label-studio-export.json")
    {
        Add(_name);
        Add(_files);
        Add(_as);
        _input.AddTo(this);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        var project = await database.Projects.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        var items = _input.Read(parsed, parsed.GetRequiredValue(_files), project.Kind);
        if (items.Count == 0) throw new UserError("There is nothing to label.", parsed.GetRequiredValue(_files)[0]);
        await _input.AddAsync(database, project, items, parsed.GetValue(_as), cancellation);
        await database.Trail.AddAsync(Actor.CommandLine, "added items", project.Name, cancellation);
        return ExitCode.Success;
    });
}
