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
        var (longest, prompt) = recipe.AsksProblems ? Prompts(recipe, encoder, inputs.Problems.Source) : (0, 0);
        double first = 0, example = 0;
        // A family's worked solutions say how long its completions are, imitated or not.
        if (recipe.ReadsCorpus || (recipe.AsksProblems && inputs.Problems.Family is not null)) (first, example) = Corpus(recipe, encoder);
        if (inputs.Examples is { } own)
        {
            var (ownFirst, ownExample) = own.MeanLengths;
            var share = recipe.ReadsCorpus ? recipe.Supervised.CorpusShare : 0;
            (first, example) = ((share * first) + ((1 - share) * ownFirst), (share * example) + ((1 - share) * ownExample));
        }

        // Nothing tells how long the completions of problems alone will be: half of the budget.
        if (example == 0) (first, example) = (prompt, prompt + (Math.Max(recipe.Reinforcement.MaxTokens, recipe.ExpertIteration.Rounds > 0 ? recipe.ExpertIteration.MaxTokens : 0) / 2.0));
        return new LengthPlan(longest, recipe.AsksProblems ? prompt : first, example - first, example);
    }

    /// <summary>The longest prompt of those to train on and to measure on, and the mean of those that are trained on.</summary>
    private static (int Longest, double Mean) Prompts(TrainRecipe recipe, ProblemEncoder encoder, IProblemSource source)
    {
        var (longest, sum, count) = (0, 0L, 0);
        foreach (var problem in source.Probe(Split.Train, recipe.TrainingLevels, recipe.Seed, Probed))
        {
            var length = Length(problem);
            (longest, sum, count) = (Math.Max(longest, length), sum + length, count + 1);
        }

        foreach (var problem in source.Probe(Split.Test, [recipe.Family.TestLevel], recipe.Evaluation.Seed, Probed)) longest = Math.Max(longest, Length(problem));
        return (longest, (double)sum / count);

        int Length(Problem problem)
        {
            try
            {
                return encoder.Prompt(problem).Length;
            }
            catch (UserError error) when (source.PlaceOf(problem) is { } place)
            {
                var unknown = UnknownCharacter.Find(encoder.Tokenizer, problem.Prompt) ?? error;
                throw new UserError(unknown.Problem, place.File, place.Line, field: OwnProblem.Prompt, advice: unknown.Advice, inner: error);
            }
        }
    }

    /// <summary>Mean tokens of prompts and of whole examples of the family's corpus.</summary>
    private static (double Prompt, double Example) Corpus(TrainRecipe recipe, ProblemEncoder encoder)
    {
        double prompts = 0, examples = 0;
        for (var i = 0; i < Probed; i++)
        {
            var drawn = Reasoning.Corpus.Draw(recipe.Family.Instance, recipe.Family.Mix, recipe.Family.Writers, recipe.Seed, i);
            var worked = CorpusExamples.Of(encoder, drawn, recipe);
            prompts += worked.FirstTarget;
            examples += worked.Tokens.Length;
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
