using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What a run learns from: problems and who grades them, and examples of the user's.</summary>
internal sealed class RunInputs : IDisposable
{
    private readonly IRunObserver _observer;
    private ISampleGrader? _grader;

    private RunInputs(TrainRecipe recipe, IProblemSource problems, SupervisedData? examples, IRunObserver observer) => (Recipe, Problems, Examples, _observer) = (recipe, problems, examples, observer);

    /// <summary>The recipe with what follows from the data: the tokens of so many passes, and no more held-out problems than there are.</summary>
    public TrainRecipe Recipe { get; }

    public IProblemSource Problems { get; }

    /// <summary>Null where the corpus of a family is all that is imitated, or nothing.</summary>
    public SupervisedData? Examples { get; }

    public ISampleGrader Grader => _grader ?? throw new InvalidOperationException("Nobody was made to grade.");

    /// <param name="recipe">The run's.</param>
    /// <param name="format">Of its model.</param>
    /// <param name="imitates">Whether its supervised stage is still to come.</param>
    /// <param name="observer">Told what was read and left out.</param>
    /// <exception cref="UserError">A file cannot be used.</exception>
    public static RunInputs Load(TrainRecipe recipe, TextFormat format, bool imitates, IRunObserver observer)
    {
        SupervisedData? examples = null;
        if (recipe.Supervised.Data.Count > 0 && imitates)
        {
            examples = SupervisedData.Load(recipe.Supervised, format, recipe.Model.Context, recipe.Seed);
            foreach (var notice in examples.Notices) observer.Notice(notice);
            if (recipe.Supervised.Epochs is { } passes) recipe = recipe with { Supervised = recipe.Supervised with { Tokens = (long)Math.Max(1, Math.Ceiling(passes * examples.TokensPerPass / (1 - recipe.Supervised.CorpusShare))) } };
        }

        var problems = ProblemsOf(recipe, observer);
        if (recipe.Problems is not null && problems.Count(Split.Test, null) is { } held && held < recipe.Evaluation.Problems)
        {
            var evaluation = recipe.Evaluation;
            recipe = recipe with { Evaluation = evaluation with { Problems = held, QuickProblems = Math.Min(held, evaluation.QuickProblems), VoteProblems = Math.Min(held, evaluation.VoteProblems) } };
        }

        return new RunInputs(recipe, problems, examples, observer);
    }

    /// <summary>The problems of a recipe: its family's, or the user's own.</summary>
    public static IProblemSource ProblemsOf(TrainRecipe recipe, IRunObserver observer)
    {
        if (recipe.Problems is not { } own) return new FamilyProblems(recipe.Family.Instance, recipe.Family.TestLevel);
        var problems = OwnProblems.Load(own.SetName, own.Train, own.Test, own.AnswerGrader, own.MaxUnreadable);
        foreach (var note in problems.Notes) observer.Notice($"{own.SetName}: {note}");
        if (recipe.Evaluation.Problems > 0 && problems.Count(Split.Test, null) == 0)
            throw new UserError($"None of the {problems.Count(Split.Train, null)} problems is held out to measure on.", own.Train[0], field: "problems.test", advice: "Add problems, name a file of held-out ones in problems.test, or set evaluation.problems to 0.");
        return problems;
    }

    /// <summary>Who grades a recipe's problems.</summary>
    /// <exception cref="UserError">The verifier cannot be had.</exception>
    public static ISampleGrader GraderOf(TrainRecipe recipe, IRunObserver observer)
    {
        if (recipe.Problems is not { } own) return new FamilyGrader(recipe.Family.Instance);
        var runner = own.Verifier?.Create() ?? new VerifierRunner(new AnswerVerifier(own.AnswerGrader!, own.Tolerance, own.Lists), 1, TimeSpan.FromMinutes(1), 0);
        if (runner.Verifier is CommandVerifier { Notice: { } notice }) observer.Notice(notice);
        return new VerifiedGrader(runner, own.AnswerFormat, observer.Notice);
    }

    /// <summary>Makes the grader; only a run needs one, a plan does not.</summary>
    public void MakeGrader() => _grader ??= GraderOf(Recipe, _observer);

    public void Dispose() => _grader?.Dispose();
}
