using System.CommandLine;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>The JSON schema of policies, for an editor that completes and checks YAML by it.</summary>
internal sealed class GateSchemaCommand : CliCommand
{
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write it; standard output if left out." };

    public GateSchemaCommand()
        : base("schema", "Print the JSON schema of policies: every key with what it says, its default and its range.", "deliberate gate schema", "deliberate gate schema --output policy.schema.json   # then name it in the editor's yaml.schemas") =>
        Add(_output);

    protected override int Run(ParseResult parsed)
    {
        var schema = RecipeSchema.Json<PreparednessPolicy>("Deliberate preparedness policy");
        if (parsed.GetValue(_output) is { } file) AtomicFile.WriteText(file, schema);
        else Console.Out.Write(schema);
        return ExitCode.Success;
    }
}
