using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>How long prompts and completions are, and whether the token budgets leave room for them in the model's context.</summary>
internal static class PromptBudget
{
    private const int Probed = 64;

    /// <summary>From problems of every level that the run asks, and from what it imitates: worked solutions as its corpus has them, examples of the user's.</summary>
    public static LengthPlan Measure(TrainRecipe recipe, ProblemEncoder encoder, RunInputs inputs)
    {
        var isEndless = inputs.Problems.Family is not null;
        var (longest, prompt) = !isEndless ? Own(inputs, encoder) : recipe.UsesFamily ? OfFamily(recipe, encoder) : (0, 0);
        var share = recipe.Supervised.CorpusShare;
        double first = 0, example = 0;
        if (recipe.UsesFamily && (share > 0 || isEndless)) (first, example) = Corpus(recipe, encoder);
        if (inputs.Examples is { } own)
        {
            var (ownFirst, ownExample) = own.MeanLengths;
            // Where the problems are the family's, its worked solutions say how long completions are.
            if (recipe.UsesFamily && share > 0) (first, example) = ((share * first) + ((1 - share) * ownFirst), (share * example) + ((1 - share) * ownExample));
            else (first, example) = (ownFirst, ownExample);
        }

        // Nothing tells how long the completions of problems alone will be: half of the budget.
        if (example == 0) (first, example) = (prompt, prompt + (Math.Max(recipe.Reinforcement.MaxTokens, recipe.ExpertIteration.Rounds > 0 ? recipe.ExpertIteration.MaxTokens : 0) / 2.0));
        return new LengthPlan(longest, isEndless ? first : prompt, example - first, example);
    }

    private static (int Longest, double Mean) OfFamily(TrainRecipe recipe, ProblemEncoder encoder)
    {
        var family = recipe.Family.Instance;
        var longest = 0;
        for (var i = 0; i < Probed; i++)
        {
            longest = Math.Max(longest, encoder.Prompt(family.Generate(Split.Test, recipe.Family.TestLevel, recipe.Evaluation.Seed, i)).Length);
            foreach (var level in recipe.TrainingLevels) longest = Math.Max(longest, encoder.Prompt(family.Generate(Split.Train, level, recipe.Seed, i)).Length);
        }

        return (longest, 0);
    }

    /// <summary>Encodes every problem of the user's, so that one that cannot be asked is known before the run.</summary>
    private static (int Longest, double Mean) Own(RunInputs inputs, ProblemEncoder encoder)
    {
        var problems = (OwnProblems)inputs.Problems.Source;
        var (longest, sum, count) = (0, 0L, 0);
        foreach (var problem in problems.All(Split.Train).Concat(problems.All(Split.Test)))
        {
            try
            {
                var length = encoder.Prompt(problem).Length;
                (longest, sum, count) = (Math.Max(longest, length), sum + length, count + 1);
            }
            catch (UserError error)
            {
                var (file, line) = problems.PlaceOf(problem);
                var unknown = UnknownCharacter.Find(encoder.Tokenizer, problem.Prompt) ?? error;
                throw new UserError(unknown.Problem, file, line, field: OwnProblem.Prompt, advice: unknown.Advice, inner: error);
            }
        }

        return (longest, (double)sum / count);
    }

    /// <summary>Mean tokens of prompts and of whole examples of the family's corpus.</summary>
    private static (double Prompt, double Example) Corpus(TrainRecipe recipe, ProblemEncoder encoder)
    {
        double prompts = 0, examples = 0;
        for (var i = 0; i < Probed; i++)
        {
            var drawn = Reasoning.Corpus.Draw(recipe.Family.Instance, recipe.Family.Mix, recipe.Family.Writers, recipe.Seed, i);
            var (tokens, first) = encoder.Example(drawn.Prompt, recipe.Family.ChainOfThought ? drawn.Completion : drawn.DirectAnswer);
            prompts += first;
            examples += tokens.Length;
        }

        return (prompts / Probed, examples / Probed);
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
