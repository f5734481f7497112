using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>The JSON schema of <c>deliberate.yaml</c>, for an editor that completes and checks YAML by it.</summary>
internal sealed class ConfigSchemaCommand : CliCommand
{
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write it; standard output if left out." };

    public ConfigSchemaCommand()
        : base("schema", "Print the JSON schema of the configuration: every key with what it does, its default and its range.", "deliberate config schema", "deliberate config schema --output deliberate.schema.json   # then name it in the editor's yaml.schemas") =>
        Add(_output);

    protected override int Run(ParseResult parsed)
    {
        var schema = RecipeSchema.Json<ProgramSettings>("Deliberate configuration");
        if (parsed.GetValue(_output) is { } file) AtomicFile.WriteText(file, schema);
        else Console.Out.Write(schema);
        return ExitCode.Success;
    }
}
