using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>How long prompts and completions are, and whether the token budgets leave room for them in the model's context.</summary>
internal static class PromptBudget
{
    private const int Probed = 64;

    /// <summary>From problems of every level that the run asks, and the texts that its supervised stage imitates.</summary>
    /// <exception cref="UserError">A problem or an example of the user's cannot be used: file, line and field are named.</exception>
    public static LengthPlan Measure(TrainRecipe recipe, ProblemEncoder encoder)
    {
        var longest = !AsksProblems(recipe) ? 0 : recipe.Problems is { } own ? LongestOwnPrompt(own, encoder) : LongestFamilyPrompt(recipe, encoder);
        var (prompts, examples) = recipe.Supervised.Data.Count > 0 ? OwnExamples(recipe, encoder) : CorpusExamples(recipe, encoder);
        return new LengthPlan(longest, prompts, examples - prompts, examples);
    }

    /// <summary>Whether any stage or evaluation asks problems.</summary>
    private static bool AsksProblems(TrainRecipe recipe) => recipe.Reinforcement.Steps > 0 || recipe.ExpertIteration.Rounds > 0 || recipe.Evaluation.Problems > 0;

    private static int LongestFamilyPrompt(TrainRecipe recipe, ProblemEncoder encoder)
    {
        var (family, longest) = (recipe.Family.Instance, 0);
        for (var i = 0; i < Probed; i++)
        {
            longest = Math.Max(longest, encoder.Prompt(family.Generate(Split.Test, recipe.Family.TestLevel, recipe.Evaluation.Seed, i)).Length);
            foreach (var level in recipe.TrainingLevels) longest = Math.Max(longest, encoder.Prompt(family.Generate(Split.Train, level, recipe.Seed, i)).Length);
        }

        return longest;
    }

    /// <summary>Encodes every problem, so that one that cannot be asked is known before the run.</summary>
    private static int LongestOwnPrompt(ProblemsRecipe own, ProblemEncoder encoder)
    {
        var (problems, longest) = (OwnProblems.Load(own.SetName, own.Train, own.Test, own.AnswerGrader), 0);
        foreach (var problem in problems.All(Split.Train).Concat(problems.All(Split.Test)))
        {
            var (file, line) = problems.PlaceOf(problem);
            try
            {
                longest = Math.Max(longest, encoder.Prompt(problem).Length);
            }
            catch (UserError error)
            {
                var unknown = UnknownCharacter.Find(encoder.Tokenizer, problem.Prompt) ?? error;
                throw new UserError(unknown.Problem, file, line, field: OwnProblem.Prompt, advice: unknown.Advice, inner: error);
            }
        }

        return longest;
    }

    /// <summary>Mean tokens of the prompts and of the whole examples of a family's corpus.</summary>
    private static (double Prompts, double Examples) CorpusExamples(TrainRecipe recipe, ProblemEncoder encoder)
    {
        var (prompts, examples) = (0.0, 0.0);
        for (var i = 0; i < Probed; i++)
        {
            var drawn = Corpus.Draw(recipe.Family.Instance, recipe.Family.Mix, recipe.Family.Writers, recipe.Seed, i);
            var (tokens, first) = encoder.Example(drawn.Prompt, recipe.Family.ChainOfThought ? drawn.Completion : drawn.DirectAnswer);
            prompts += first;
            examples += tokens.Length;
        }

        return (prompts / Probed, examples / Probed);
    }

    private static (double Prompts, double Examples) OwnExamples(TrainRecipe recipe, ProblemEncoder encoder)
    {
        var data = SupervisedData.Load(recipe.Supervised, encoder.Format, recipe.Model.Context, recipe.Seed);
        var (prompts, examples) = (0.0, 0.0);
        for (var i = 0; i < Probed; i++)
        {
            var example = data.Draw(i);
            prompts += example.FirstTarget;
            examples += example.Tokens.Length;
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
