using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>The JSON schema of tasks that are written in YAML.</summary>
internal sealed class EvalSchemaCommand : CliCommand
{
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write it; standard output if left out." };

    public EvalSchemaCommand()
        : base("schema", "Print the JSON schema of a task in YAML: every key with what it does, its default and its range.", "deliberate eval schema", "deliberate eval schema --output task.schema.json   # then name it in the editor's yaml.schemas") => Add(_output);

    protected override int Run(ParseResult parsed)
    {
        var schema = RecipeSchema.Json<WrittenTask>("Deliberate evaluation task");
        if (parsed.GetValue(_output) is { } file) AtomicFile.WriteText(file, schema);
        else Console.Out.Write(schema);
        return ExitCode.Success;
    }
}
