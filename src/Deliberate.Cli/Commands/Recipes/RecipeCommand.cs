using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What is done with recipes without training them.</summary>
internal sealed class RecipeCommand : CliCommand
{
    public RecipeCommand()
        : base("recipe", "Check a recipe, get those that come with deliberate, or print the JSON schema for an editor.", "deliberate recipe copy", "deliberate recipe check recipes/arithmetic.yaml", "deliberate recipe schema --output recipe.schema.json")
    {
        Add(new RecipeCheckCommand());
        Add(new RecipeCopyCommand());
        Add(new RecipeSchemaCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with a recipe?", advice: "deliberate recipe check FILE, deliberate recipe copy, or deliberate recipe schema.");
}
