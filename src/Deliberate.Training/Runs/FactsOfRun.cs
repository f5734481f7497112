using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A run's facts, from its recipe and the data that was read.</summary>
internal static class FactsOfRun
{
    /// <summary>Beginnings of keys of reinforcement learning that facts have a place for, or that change nothing that is learned.</summary>
    private static readonly string[] SaidByName =
    [
        "steps", "prompts", "samples", "objective", "advantage", "updates", "max_tokens", "temperature", "dynamic_sampling", "resampling_rounds", "store_samples", "curriculum", "rewards",
        "optimizer", "schedule", "options.kl_coefficient", "options.entropy_coefficient",
    ];

    /// <param name="recipe">With what follows from its data.</param>
    /// <param name="inputs">Null where the data was not read: nothing is counted then.</param>
    public static RunFacts Of(TrainRecipe recipe, RunInputs? inputs)
    {
        var problems = ProblemsOf(recipe, inputs?.Problems.Source);
        return new RunFacts
        {
            Name = recipe.Name,
            Seeds = new SeedFacts(recipe.Seed, recipe.Evaluation.Seed),
            Start = new StartFacts(recipe.Model.Given ?? recipe.Model.From, recipe.Model.From, recipe.Model.Layers, recipe.Model.Hidden, recipe.Model.Context, inputs is null ? null : Identity(recipe.Model.From)),
            Adapter = recipe.Adapter is not { } adapter ? null : new AdapterFacts(adapter.Kind, adapter.Rank, adapter.Configuration.Alpha, adapter.RankStabilised, adapter.TargetModules, adapter.ModulesToSave, adapter.Base),
            Teacher = inputs is null || recipe.Teacher is null ? null : TeacherOf(recipe),
            Problems = problems,
            Imitation = recipe.Supervised.Steps == 0 ? null : Imitation(recipe, inputs?.Examples),
            ExpertIteration = recipe.ExpertIteration.Rounds == 0 ? null : Expert(recipe, problems),
            Reinforcement = recipe.Reinforcement.Steps == 0 ? null : Reinforcement(recipe, problems),
            Filters = inputs is not null && FilterFacts.Of([.. recipe.Supervised.Steps == 0 ? [] : recipe.Supervised.Data, .. recipe.Problems?.Train ?? [], .. recipe.Problems?.Test ?? []]) is { Count: > 0 } filters ? filters : null,
        };
    }

    private static TeacherFacts TeacherOf(TrainRecipe recipe)
    {
        using var opened = PretrainedModel.Open(recipe.Teacher!.From);
        return new TeacherFacts(recipe.Teacher.From, opened.Configuration.LayerCount, opened.Configuration.HiddenSize, ModelIdentity.Of(opened).Id, Teacher.Samples(recipe), Teacher.Compares(recipe), Teacher.Labels(recipe));
    }

    private static string? Identity(string? from) => from is null ? null : ModelIdentity.Of(from).Id;

    private static ProblemFacts? ProblemsOf(TrainRecipe recipe, IProblemSource? source)
    {
        var family = recipe.Family;
        if (recipe.Problems is { } own)
        {
            var (judge, by) = own.Verifier is { } verifier
                ? (JudgeKind.Verifier, verifier.Command.Count > 0 ? string.Join(' ', verifier.Command) : verifier.Name ?? Path.GetFileName(verifier.Assembly)!)
                : (JudgeKind.Grader, own.Grader ?? AnswerGraders.Default);
            return new ProblemFacts(own.SetName, null, own.Train, own.Test, [], null, source?.Count(Split.Train, null), source?.Count(Split.Test, null), judge, by, Thinks: false, AnswersAtOnce: false);
        }

        if (recipe.Reinforcement.Steps == 0 && recipe.ExpertIteration.Rounds == 0 && recipe.Evaluation.Problems == 0) return null;
        return new ProblemFacts(
            family.Name, family.Instance.Description, [], [], family.TrainingLevels, family.TestLevel, null, null, JudgeKind.Checker, family.Name, family.ChainOfThought && !recipe.IsPlayed, !family.ChainOfThought && !recipe.IsPlayed,
            family.Instance.Title, family.Instance.StepsAreTries);
    }

    private static ImitationFacts Imitation(TrainRecipe recipe, SupervisedData? examples)
    {
        var (supervised, family) = (recipe.Supervised, recipe.Family);
        var share = supervised.CorpusShare;
        WriterFacts[] corpus = share == 0 ? [] : family.IsMixed ? [.. family.Parts.Select(p => new WriterFacts(p.Name, p.Part.Writers))] : [new WriterFacts(family.Name, family.Writers)];
        // Passes are counted to the nearest batch: of few examples one batch holds many.
        double? counted = examples is null ? null : supervised.Tokens * (1 - share) / examples.TokensPerPass, passes = supervised.Epochs is { } asked && counted < 1.5 * asked ? asked : counted;
        return new ImitationFacts(supervised.Steps, supervised.BatchTokens, supervised.Tokens, supervised.Data, passes, share, corpus, supervised.Optimizer, supervised.Schedule, Target(recipe));
    }

    private static string? Target(TrainRecipe recipe) => recipe switch
    {
        { RewardModel.Kind: RewardModelKind.Process } => "labels of steps",
        { RewardModel.Kind: RewardModelKind.Outcome } => "labels of answers",
        { RewardModel: not null } or { Preference: not null } => "preferences",
        _ => null,
    };

    private static ExpertFacts Expert(TrainRecipe recipe, ProblemFacts? problems)
    {
        var expert = recipe.ExpertIteration;
        return new ExpertFacts(
            expert.Rounds, expert.Prompts, expert.Samples, expert.Temperature, expert.MaxTokens, expert.MostPerProblem, expert.Order, expert.EveryStepRight, expert.Deduplicate, expert.Epochs, expert.Restart,
            Passes((double)expert.Rounds * expert.Prompts, problems), Curriculum(expert.Curriculum, recipe.Family), expert.Optimizer, expert.Schedule, expert.Keep);
    }

    private static ReinforcementFacts Reinforcement(TrainRecipe recipe, ProblemFacts? problems)
    {
        var rl = recipe.Reinforcement;
        return new ReinforcementFacts(
            rl.Steps, rl.Prompts, rl.Samples, rl.Updates, rl.Temperature, rl.MaxTokens, rl.Objective, rl.Advantage, rl.Options.KlCoefficient, rl.Options.EntropyCoefficient,
            rl.DynamicSampling, rl.DynamicSampling ? rl.ResamplingRounds : 0, [.. rl.Rewards.Where(term => term.Weight != 0).Select(term => RewardTerm.Of(term, rl.MaxTokens))],
            Passes((double)rl.Steps * rl.Prompts, problems), Curriculum(rl.Curriculum, recipe.Family), rl.Optimizer, rl.Schedule,
            Further(recipe));
    }

    /// <summary>What the recipe asks for beyond its objective's defaults and the facts that have names of their own.</summary>
    private static Dictionary<string, string> Further(TrainRecipe recipe)
    {
        const string Section = "reinforcement.";
        // How a batch is packed is nothing of the objective's.
        var usual = recipe with { Reinforcement = RecipeDefaults.Of(PolicyObjectives.Find(recipe.Reinforcement.Objective)) with { SharedPrompt = recipe.Reinforcement.SharedPrompt, SkipIdleSamples = recipe.Reinforcement.SkipIdleSamples } };
        return RecipeDifferences.Of(usual, recipe)
            .Where(d => d.Key.StartsWith(Section, StringComparison.Ordinal) && !SaidByName.Any(said => d.Key.AsSpan(Section.Length).StartsWith(said, StringComparison.Ordinal)))
            .ToDictionary(d => d.Key[Section.Length..], d => d.B, StringComparer.Ordinal);
    }

    private static double? Passes(double asked, ProblemFacts? problems) => problems?.Count is > 0 and var count ? asked / count : null;

    private static CurriculumRecipe? Curriculum(CurriculumRecipe recipe, FamilyRecipe family) =>
        recipe.Kind == CurriculumKind.None ? null : recipe with { Levels = recipe.LevelsOf(family) };
}
