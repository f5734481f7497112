using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What is done with recipes without training them.</summary>
internal sealed class RecipeCommand : CliCommand
{
    public RecipeCommand()
        : base("recipe", "Check a recipe, or print the JSON schema of recipes for an editor.", "deliberate recipe check recipes/arithmetic.yaml", "deliberate recipe schema --output recipe.schema.json")
    {
        Add(new RecipeCheckCommand());
        Add(new RecipeSchemaCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with a recipe?", advice: "deliberate recipe check FILE, or deliberate recipe schema.");
}
