using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>How long prompts and completions are, and whether the token budgets leave room for them in the model's context.</summary>
internal static class PromptBudget
{
    private const int Probed = 64;

    /// <summary>From problems of every level that the run asks, and worked solutions as its corpus has them.</summary>
    public static LengthPlan Measure(TrainRecipe recipe, ProblemEncoder encoder)
    {
        var family = recipe.Family.Instance;
        var longest = 0;
        var prompts = 0.0;
        for (var i = 0; i < Probed; i++)
        {
            longest = Math.Max(longest, encoder.Prompt(family.Generate(Split.Test, recipe.Family.TestLevel, recipe.Evaluation.Seed, i)).Length);
            foreach (var level in recipe.TrainingLevels) longest = Math.Max(longest, encoder.Prompt(family.Generate(Split.Train, level, recipe.Seed, i)).Length);
        }

        var examples = 0.0;
        for (var i = 0; i < Probed; i++)
        {
            var drawn = Corpus.Draw(family, recipe.Family.Mix, recipe.Family.Writers, recipe.Seed, i);
            var (tokens, first) = encoder.Example(drawn.Prompt, recipe.Family.ChainOfThought ? drawn.Completion : drawn.DirectAnswer);
            prompts += first;
            examples += tokens.Length;
        }

        return new LengthPlan(longest, prompts / Probed, (examples - prompts) / Probed, examples / Probed);
    }

    /// <exception cref="UserError">A budget and the longest prompt exceed the context.</exception>
    /// <param name="file">What the message calls the recipe.</param>
    public static void Check(TrainRecipe recipe, LengthPlan lengths, string? file)
    {
        Check(recipe.Reinforcement.MaxTokens, "reinforcement.max_tokens", recipe.Reinforcement.Steps > 0);
        Check(recipe.ExpertIteration.MaxTokens, "expert_iteration.max_tokens", recipe.ExpertIteration.Rounds > 0);
        Check(recipe.Evaluation.MaxTokens, "evaluation.max_tokens", recipe.Evaluation.Problems > 0);

        void Check(int budget, string field, bool used)
        {
            if (used && lengths.LongestPrompt + budget > recipe.Model.Context)
                throw new UserError($"prompts of {lengths.LongestPrompt} tokens and completions of {budget} exceed the model's context of {recipe.Model.Context}.", file, field: field, advice: "Lower the budget or raise model.context.");
        }
    }
}
