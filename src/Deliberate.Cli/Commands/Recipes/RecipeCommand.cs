using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>What is done with recipes without training them.</summary>
internal sealed class RecipeCommand : CliCommand
{
    public RecipeCommand()
        : base("recipe", "Check a recipe, get those that come with deliberate, make one of a file of TRL or verl, or print the JSON schema for an editor.", "deliberate recipe copy", "deliberate recipe check recipes/arithmetic.yaml", "deliberate recipe schema --output recipe.schema.json", "deliberate recipe translate grpo.yaml --output mine.yaml")
    {
        Add(new RecipeCheckCommand());
        Add(new RecipeCopyCommand());
        Add(new SchemaCommand<TrainRecipe>("recipe", "Deliberate recipe", "recipes", "recipe"));
        Add(new RecipeTranslateCommand());
        Add(new RecipeNamesCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with a recipe?", advice: "deliberate recipe check FILE, deliberate recipe copy, deliberate recipe schema, deliberate recipe translate FILE, or deliberate recipe names.");
}
