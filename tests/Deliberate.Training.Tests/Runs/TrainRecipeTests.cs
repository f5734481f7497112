using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Recipes: defaults that follow the objective, and mistakes that name their place.</summary>
public sealed class TrainRecipeTests
{
    [Theory]
    [InlineData("nam: a", 1, 1, "nam", "\"name\"")]
    [InlineData("name: a\nsupervised:\n  token: 5", 3, 3, "supervised.token", "\"tokens\"")]
    [InlineData("name: a\nsupervised:\n  tokens: many", 3, 11, "supervised.tokens", "whole number")]
    [InlineData("name: a\nsupervised:\n  optimizer: { kind: adam }", 3, 22, "supervised.optimizer.kind", "\"adamw\"")]
    [InlineData("name: a\nreinforcement:\n  steps: -1", 3, 10, "reinforcement.steps", "at least 0")]
    [InlineData("name: a\nreinforcement:\n  objective: dappo", 3, 14, "reinforcement.objective", "\"dapo\"")]
    [InlineData("name: a\nreinforcement:\n  options:\n    epsilon_hihg: 0.3", 4, 5, "reinforcement.options.epsilon_hihg", "\"epsilon_high\"")]
    [InlineData("name: a\nreinforcement:\n  options:\n    kl_cov_ratio: 0.1", 4, 19, "reinforcement.options.kl_cov_ratio", "dapo does not read it")]
    [InlineData("name: a\nreinforcement:\n  schedule: { warmup: 5 }", 3, 23, "reinforcement.schedule.warmup", "say kind: constant_with_warmup")]
    [InlineData("name: a\nreinforcement: { objective: ppo, critic: { schedule: { warmup: 5 } } }", 2, 64, "reinforcement.critic.schedule.warmup", "say kind: constant_with_warmup")]
    [InlineData("name: a\nreinforcement: { prompts: 4, updates: 5 }", 2, 39, "reinforcement.updates", "4 problems")]
    [InlineData("name: a\nfamily: { name: countdwn }", 2, 17, "family.name", "\"countdown\"")]
    [InlineData("name: a\nfamily: { levels: [99] }", 2, 19, "family.levels", "no level 99")]
    [InlineData("name: a\nfamily: { mixture: { careful: 0.5, slip_prone: 0.6, systematically_wrong: 0, gives_up_early: 0 } }", 2, 20, "family.mixture", "sum to 1.1")]
    [InlineData("name: a\nmodel: { hidden: 30, heads: 4 }", 2, 18, "model.hidden", "not divisible")]
    [InlineData("name: a\nmodel: { context: 100 }", 1, 1, "reinforcement", "max_tokens")]
    [InlineData("name: a\nevaluation: { budgets: [500] }", 2, 24, "evaluation.budgets", "500")]
    [InlineData("name: a\nreinforcement: { curriculum: { kind: promotion, levels: [2, 3, 2] } }", 2, 57, "reinforcement.curriculum.levels", "named twice")]
    [InlineData("name: a\nreinforcement: { curriculum: { kind: linear, levels: [3, 9] } }", 2, 16, "reinforcement", "arithmetic has no level 9")]
    [InlineData("name: a\nexpert_iteration: { curriculum: { kind: linear, levels: [3, 4], start: 5 } }", 2, 72, "expert_iteration.curriculum.start", "5 is not among")]
    [InlineData("name: a\nexpert_iteration: { samples: 4, most_per_problem: 5 }", 2, 51, "expert_iteration.most_per_problem", "Of 4 samples")]
    [InlineData("name: a/b", 1, 7, "name", "folder")]
    [InlineData("name: a\nfamily: { parts: [{ name: sudoku, levels: [4] }] }", 2, 9, "family.name", "arithmetic is one family")]
    [InlineData("name: a\nfamily: { name: b, parts: [{ name: sudoku, levels: [5] }] }", 2, 52, "family.parts[0].levels", "no level 5")]
    [InlineData("name: a\nfamily: { name: b, parts: [{ name: arithmetic }, { name: arithmetic }] }", 2, 27, "family.parts", "named twice")]
    [InlineData("name: a\nfamily: { name: b, parts: [{ name: arithmetic }], levels: [4] }", 2, 59, "family.levels", "names its own levels")]
    [InlineData("name: a\nfamily: { name: b, parts: [{ name: arithmetic, share: 0 }] }", 2, 55, "family.parts[0].share", "at least 1")]
    public void A_mistake_names_its_place(string text, int line, int column, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse(text, "recipe.yaml"));
        error.Message.ShouldStartWith($"recipe.yaml:{line}:{column}: {field}: ");
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void Options_left_out_are_those_of_the_objective()
    {
        foreach (var entry in PolicyObjectives.All)
        {
            var recipe = TrainRecipe.Parse($"name: a\nreinforcement: {{ objective: {entry.Name} }}", "recipe.yaml");
            recipe.Reinforcement.Options.ShouldBe(entry.Defaults);
            var changed = TrainRecipe.Parse($"name: a\nreinforcement: {{ objective: {entry.Name}, options: {{ entropy_coefficient: 0.25 }} }}", "recipe.yaml");
            changed.Reinforcement.Options.ShouldBe(entry.Defaults with { EntropyCoefficient = 0.25 });
        }

        Golden.Report("objectives", PolicyObjectives.All.Count);
    }

    [Fact]
    public void A_resolved_recipe_reads_back_as_itself()
    {
        var recipe = TrainRecipe.Parse("name: a\nreinforcement: { objective: cispo }\nfamily: { mixture: { careful: 1, slip_prone: 0, systematically_wrong: 0, gives_up_early: 0 } }", "recipe.yaml", ["supervised.optimizer.kind=adamw", "evaluation.budgets=[25, 50]"]);
        recipe.Supervised.Optimizer.Kind.ShouldBe(OptimizerKind.AdamW);
        var text = RecipeWriter.Write(recipe);
        RecipeWriter.Write(TrainRecipe.Parse(text, "recipe.yaml")).ShouldBe(text);
        RecipeSchema.Json<TrainRecipe>().ShouldContain("micro_batch_tokens");
    }

    [Fact]
    public void Short_stages_have_schedules_too()
    {
        for (var steps = 1; steps < 60; steps++)
        {
            var schedule = new ScheduleRecipe().For(steps);
            for (var step = 0; step < steps; step++) schedule.At(step).ShouldBeInRange(0, 1);
        }
    }
}
