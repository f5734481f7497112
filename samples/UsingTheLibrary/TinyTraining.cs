using Deliberate.Core;
using Deliberate.Training;

namespace UsingTheLibrary;

public static class TinyTraining
{
    /// <returns>The share of right answers before reinforcement learning and after, each with its interval.</returns>
    public static (Estimate Before, Estimate After) Run(string recipe, string folder, CancellationToken cancellationToken)
    {
        var watcher = new Watcher();
        try
        {
            RecipeTraining.Run(recipe, folder, overrides: ["seed=2"], observer: watcher, cancellationToken: cancellationToken);
        }
        catch (UserError error)
        {
            // A mistake that a person can mend: file, line and key are in the message, and in properties of their own.
            Console.Error.WriteLine($"error: {error.Message}");
            throw;
        }

        return (watcher.Accuracy["base"], watcher.Accuracy["final"]);
    }

    private sealed class Watcher : RunObserver
    {
        public Dictionary<string, Estimate> Accuracy { get; } = [];

        public override void StageStarted(RunStage stage, int done, int steps) => Console.WriteLine($"{stage}: {steps} steps");

        public override void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings)
        {
            foreach (var (name, value) in metrics)
                if (name is "sft/loss" or "rl/accuracy") Console.WriteLine($"  {done}/{steps} {name} {value:0.000}");
        }

        public override void EvaluationDone(EvaluationSummary summary) => Accuracy[summary.Name] = summary.Accuracy;
    }
}
