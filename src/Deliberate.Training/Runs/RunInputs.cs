using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What a run learns from: problems with who judges them, and examples of the user's.</summary>
internal sealed class RunInputs : IDisposable
{
    private readonly Lazy<EnvironmentSet?> _environments;

    private RunInputs(TrainRecipe recipe, ProblemSet problems, SupervisedData? examples, IRunObserver observer)
    {
        (Recipe, Problems, Examples) = (recipe, problems, examples);
        _environments = new(() => recipe.Problems is not null ? recipe.Environment is { IsOwn: true } own ? own.CreateOwn(observer.Notice) : null : EnvironmentSet.In(problems.Family));
    }


    /// <summary>The recipe with what follows from the data: the tokens of so many passes, and no more held-out problems than there are.</summary>
    public TrainRecipe Recipe { get; }

    /// <summary>The scorer is made when it is first asked for: a plan needs none.</summary>
    public ProblemSet Problems { get; }

    /// <summary>What the problems are played in; null where they are answered in one turn.</summary>
    /// <exception cref="UserError">It cannot be had.</exception>
    public EnvironmentSet? Environments => _environments.Value;

    /// <summary>Null where the corpus of a family is all that is imitated, or nothing.</summary>
    public SupervisedData? Examples { get; }

    /// <param name="recipe">The run's.</param>
    /// <param name="format">Of its model.</param>
    /// <param name="imitates">Whether its supervised stage is still to come.</param>
    /// <param name="observer">Told what was read and left out.</param>
    /// <param name="known">The examples, where the plan has read them.</param>
    /// <exception cref="UserError">A file cannot be used.</exception>
    public static RunInputs Load(TrainRecipe recipe, TextFormat format, bool imitates, IRunObserver observer, SupervisedData? known = null)
    {
        SupervisedData? examples = null;
        if (recipe.Supervised.Data.Count > 0 && imitates)
        {
            examples = known ?? SupervisedData.Load(recipe.Supervised, ReaderOf(recipe, format), recipe.Model.Context, recipe.Seed, together: recipe.RewardModel is { Kind: RewardModelKind.Preference } ? recipe.MicroBatchTokens : null);
            foreach (var notice in examples.Notices) observer.Notice(notice);
            if (recipe.Supervised is { Epochs: { } passes, IsCounted: false } counted) recipe = recipe with { Supervised = counted with { Tokens = TokensOf(counted, examples, passes), IsCounted = true } };
        }

        var problems = ProblemsOf(recipe, observer);
        if (recipe.Reinforcement.Epochs is { } over && problems.Source.Count(Split.Train, null) is { } asked)
        {
            var steps = (int)Math.Clamp(Math.Ceiling(over * asked / recipe.Reinforcement.Prompts), 1, int.MaxValue);
            if (StepsOrEpochs.Notice(recipe.Reinforcement.Steps, steps) is { } notice) observer.Notice(notice);
            recipe = recipe with { Reinforcement = recipe.Reinforcement with { Steps = steps } };
        }

        if (problems.Source.Count(Split.Test, null) is { } held && held < recipe.Evaluation.Problems)
        {
            var evaluation = recipe.Evaluation;
            recipe = recipe with { Evaluation = evaluation with { Problems = held, QuickProblems = Math.Min(held, evaluation.QuickProblems), VoteProblems = Math.Min(held, evaluation.VoteProblems) } };
        }

        return new RunInputs(recipe, problems, examples, observer);
    }

    /// <summary>The problems of a recipe: its family's, or the user's own.</summary>
    /// <exception cref="UserError">They cannot be read; or, when it is first asked for, the scorer cannot be had.</exception>
    public static ProblemSet ProblemsOf(TrainRecipe recipe, IRunObserver observer)
    {
        if (recipe.Problems is not { } own) return new ProblemSet(recipe.Family.Instance, recipe.Family.TestLevel);
        var problems = OwnProblems.Load(own.SetName, own.Train, own.Test, recipe.Environment is { IsOwn: true } ? null : own.AnswerGrader, own.MaxUnreadable, own.Shape, own.HoldOut);
        foreach (var note in problems.Notes) observer.Notice($"{own.SetName}: {note}");
        if (recipe.Evaluation.Problems > 0 && problems.Count(Split.Test, null) == 0)
            throw new UserError($"None of the {problems.Count(Split.Train, null)} problems is held out to measure on.", own.Train[0], field: "problems.test", advice: own.HoldOut ? "Add problems, name a file of held-out ones in problems.test, or set evaluation.problems to 0." : "Set evaluation.problems to 0, leave problems.hold_out out, or name a file of held-out problems in problems.test.");
        if (own.Tests is { } tests)
            foreach (var problem in problems.All(Split.Train).Concat(problems.All(Split.Test))) CheckTests(problem, problems.PlaceOf(problem), tests.Language);
        return new ProblemSet(problems, () => ScorerOf(own, observer.Notice, recipe.Environment is { IsOwn: true }), own.Tests is null ? own.AnswerFormat : AnswerFormat.Whole);
    }

    public void Dispose()
    {
        if (_environments.IsValueCreated) Environments?.Dispose();
        Problems.Dispose();
    }

    /// <summary>Tokens of so many passes: of data alone those of the steps that come nearest; beside a corpus, whose lengths nobody knows beforehand, by the mean.</summary>
    private static long TokensOf(SupervisedRecipe recipe, SupervisedData examples, double passes) => recipe.CorpusShare > 0
        ? (long)Math.Max(1, Math.Ceiling(passes * examples.TokensPerPass / (1 - recipe.CorpusShare)))
        : (long)examples.StepsOf(passes, recipe.BatchTokens) * recipe.BatchTokens;

    /// <summary>Of the data of the supervised stage.</summary>
    private static IExampleReader ReaderOf(TrainRecipe recipe, TextFormat format) => recipe switch
    {
        { RewardModel: { Kind: RewardModelKind.Preference } } or { Preference: not null } => new PreferenceReader(format),
        { RewardModel: { } reward } => new StepLabelReader(reward, format),
        _ => new ImitationReader(format),
    };

    /// <summary>Refuses a problem without tests before anything is asked.</summary>
    private static void CheckTests(Problem problem, (string File, int Line) place, ProgramLanguage language)
    {
        using var line = JsonDocument.Parse(problem.State);
        ProgramScorer.TestsOf(new JsonLine(place.File, place.Line, line.RootElement), language);
    }

    private static IScorer ScorerOf(ProblemsRecipe own, Action<string> notice, bool isPlayed)
    {
        // An episode has its verdict from what it was played in.
        if (isPlayed) return new AnswerScorer(AnswerGraders.Get(AnswerGraders.Default), null, default);
        if (own.Tests is { } tests) return tests.Create(notice);
        if (own.Verifier is not { } verifier) return new AnswerScorer(own.AnswerGrader!, own.Tolerance, own.Lists);
        var runner = verifier.Create(notice);
        if (runner.Verifier is CommandVerifier { Notice: { } unprotected }) notice(unprotected);
        return runner;
    }
}
