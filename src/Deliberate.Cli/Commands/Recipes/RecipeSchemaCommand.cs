using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>The JSON schema of recipes, for an editor that completes and checks YAML by it.</summary>
internal sealed class RecipeSchemaCommand : CliCommand
{
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write it; standard output if left out." };

    public RecipeSchemaCommand()
        : base("schema", "Print the JSON schema of recipes: every key with what it does, its default and its range.", "deliberate recipe schema", "deliberate recipe schema --output recipe.schema.json   # then name it in the editor's yaml.schemas") =>
        Add(_output);

    protected override int Run(ParseResult parsed)
    {
        var schema = RecipeSchema.Json<TrainRecipe>("Deliberate recipe");
        if (parsed.GetValue(_output) is { } file) AtomicFile.WriteText(file, schema);
        else Console.Out.Write(schema);
        return ExitCode.Success;
    }
}
