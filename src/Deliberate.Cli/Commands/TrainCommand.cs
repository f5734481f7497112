using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Trains what a recipe describes into a new run folder.</summary>
internal sealed class TrainCommand : CliCommand
{
    private readonly Argument<string> _recipe = new("RECIPE") { Description = "A YAML file; recipes/arithmetic.yaml and recipes/countdown.yaml are made to be copied and edited." };
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "The run folder; runs/NAME if left out, NAME being the recipe's." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the outcome and the evaluations");

    public TrainCommand()
        : base(
            "train",
            "Train what a recipe describes: supervised, then reinforcement learning, evaluations and a report. Ctrl-C saves.",
            "deliberate train recipes/arithmetic.yaml",
            "deliberate train recipes/countdown.yaml --set name=longer --set reinforcement.steps=200",
            "deliberate train recipes/arithmetic.yaml --set \"family.levels=[3, 4]\" --output runs/mixed --threads 4")
    {
        Add(_recipe);
        foreach (var option in new Option[] { _output, _set, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var recipe = TrainRecipe.Read(parsed.GetRequiredValue(_recipe), parsed.GetValue(_set));
        var folder = parsed.GetValue(_output) ?? Path.Combine("runs", recipe.Name);
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, field: "--output", advice: "Choose another name.");
        return TrainingSession.Execute(folder, observer => TrainingRun.Start(recipe, folder, parsed.GetValue(_threads), observer), parsed.GetValue(_json));
    }
}
