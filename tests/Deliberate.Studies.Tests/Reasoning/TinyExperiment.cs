using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>An experiment of two families whose models are tiny, and made-up answers where no model is needed.</summary>
internal static class TinyExperiment
{
    public const string Train =
        """
        name: tiny
        micro_batch_tokens: 512
        family:
          name: both
          parts:
            - { name: arithmetic-compare, levels: [2], share: 2 }
            - { name: horn-proofs, levels: [2] }
        model: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 128 }
        supervised: { tokens: 3000, batch_tokens: 500 }
        reinforcement: { steps: 2, prompts: 2, samples: 2, max_tokens: 24, store_samples: false }
        expert_iteration: { rounds: 2, most_per_problem: 2, max_tokens: 24 }
        evaluation: { max_tokens: 24 }
        checkpoint: { every: 2 }
        """;

    public const string Experiment =
        """
        train: train.yaml
        seeds: 2
        problems: 6
        direct_max_tokens: 4
        tests:
          - { family: arithmetic-compare, max_tokens: 24, deeper: 3, deeper_max_tokens: 24 }
          - { family: horn-proofs, max_tokens: 24, deeper: 3, deeper_max_tokens: 24 }
        quick:
          problems: 4
          set: [supervised.tokens=1000]
        """;

    public static ExperimentPlan Plan(int? seeds = null, LeaveOut leaveOut = LeaveOut.Once, bool quick = false)
    {
        var recipe = RecipeReader.Parse<ReasoningRecipe>(Experiment, "experiment.yaml") with { LeaveOut = leaveOut };
        return ExperimentPlan.Create(seeds is { } n ? recipe with { Seeds = n } : recipe, TrainRecipe.Parse(Train, "train.yaml"), 5, quick);
    }

    /// <summary>Both recipes as files; the experiment's path.</summary>
    public static string Write(string folder, string experiment = Experiment, string train = Train)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "train.yaml"), train);
        var path = Path.Combine(folder, "experiment.yaml");
        File.WriteAllText(path, experiment);
        return path;
    }

    /// <summary>Answers to all tests of the plan, the share of right ones being said for each model, family and seed.</summary>
    public static ExperimentEvidence Evidence(ExperimentPlan plan, Func<Subject, string, ulong, double> share)
    {
        var answers = new List<(Subject, string, ulong, Answers)>();
        foreach (var cell in plan.Cells)
        {
            foreach (var test in cell.Tests)
            {
                var subject = new Subject(cell.Model, test.Deeper);
                var n = plan.Recipe.Problems;
                var right = (int)Math.Round(share(subject, test.Family, cell.Seed) * n);
                bool[] outcomes = [.. Enumerable.Range(0, n).Select(i => i < right)];
                answers.Add((subject, test.Family, cell.Seed, new Answers(outcomes, ExperimentModels.Thinks(cell.Model) ? outcomes : new bool[n], [.. Enumerable.Repeat(10 + (int)cell.Model, n)], 0)));
            }
        }

        return ExperimentEvidence.Of(plan, answers);
    }
}
