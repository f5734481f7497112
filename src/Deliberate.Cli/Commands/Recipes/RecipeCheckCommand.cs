using System.CommandLine;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Reads a recipe as train would, and says what it amounts to or what is wrong with it; measures nothing and asks nothing of this machine.</summary>
internal sealed class RecipeCheckCommand : CliCommand
{
    private readonly Argument<string> _recipe = new("FILE") { Description = "A recipe." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<bool> _json = CommonOptions.Json("the plan");

    public RecipeCheckCommand()
        : base("check", "Check a recipe: exit code 0 and what it amounts to, or 2 and the mistake with its line.", "deliberate recipe check recipes/arithmetic.yaml", "deliberate recipe check mine.yaml --set reinforcement.samples=32 --json")
    {
        Add(_recipe);
        Add(_set);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var file = ShippedRecipes.Named(parsed.GetRequiredValue(_recipe));
        var plan = Planner.Plan(TrainRecipe.Read(file, parsed.GetValue(_set)), file);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Recipe = file, plan.Parameters, plan.Lengths, plan.Supervised, plan.ExpertIteration, plan.Reinforcement, plan.Evaluation, plan.Memory, plan.Disk, plan.Remarks });
            return ExitCode.Success;
        }

        Console.Out.WriteLine($"{file} is a recipe.");
        foreach (var line in PlanText.Brief(plan)) Console.Out.WriteLine(line);
        return ExitCode.Success;
    }
}
