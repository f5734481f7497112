using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>What the stages of a run share: device, model, tokenizer, family, the tape for training, the sampler, the streams.</summary>
internal sealed class RunSession : IDisposable
{
    /// <summary>Samples in flight at once. Results do not depend on it.</summary>
    private const int MostSlots = 256;

    private const int ProbedPrompts = 64;

    private Sampler? _sampler;
    private TrainingGraph? _graph;

    public required TrainRecipe Recipe { get; init; }

    public required RunFolder Folder { get; init; }

    public required IRunObserver Observer { get; init; }

    public required Device Device { get; init; }

    public required LanguageModel Model { get; init; }

    public required ProblemEncoder Encoder { get; init; }

    public required RunStreams Streams { get; init; }

    public required NonFiniteGuard Guard { get; init; }

    public required RunHealth Health { get; init; }

    public required TimeProvider Time { get; init; }

    public required RunInputs Inputs { get; init; }

    public IProblemSource Problems => Inputs.Problems;

    public ISampleGrader Grader => Inputs.Grader;

    /// <summary>Of the corpus, and of the problems where they are not the user's own.</summary>
    public ITaskFamily Family => Recipe.Family.Instance;

    public TrainingGraph Graph => _graph ??= new TrainingGraph(Model, Recipe.MicroBatchTokens, Segments(Recipe.MicroBatchTokens), Recipe.Model.Context);

    public Sampler Sampler => _sampler ??= new Sampler(Model, Slots, Recipe.Model.Context);

    private int Slots
    {
        get
        {
            var most = Math.Max(Recipe.Reinforcement.Prompts * (long)Recipe.Reinforcement.Samples, Recipe.Evaluation.QuickProblems * (long)Recipe.Evaluation.Samples);
            if (Recipe.ExpertIteration.Rounds > 0) most = Math.Max(most, Recipe.ExpertIteration.Prompts * (long)Recipe.ExpertIteration.Samples);
            return (int)Math.Clamp(most, 1, MostSlots);
        }
    }

    /// <summary>Sequences that a micro-batch may hold: enough for direct answers to short problems.</summary>
    public static int Segments(int tokens) => Math.Max(16, tokens / 8);

    /// <summary>A model of the recipe's shape with random weights, or the checkpoint it names.</summary>
    public static (LanguageModel Model, TextFormat Text) NewModel(TrainRecipe recipe, Device device)
    {
        if (recipe.Model.From is { } from) return Checkpoint.LoadModel(from, device);
        var text = OwnTokenizer.For(recipe);
        var shape = recipe.Model;
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = text.Tokenizer.VocabularySize,
            HiddenSize = shape.Hidden,
            IntermediateSize = shape.Intermediate,
            LayerCount = shape.Layers,
            HeadCount = shape.Heads,
            KeyValueHeadCount = shape.KeyValueHeads ?? shape.Heads,
            HeadSize = shape.Hidden / shape.Heads,
            MaxPositions = shape.Context,
            TieWordEmbeddings = true,
            EosTokenIds = text.Generation.EosTokenIds,
            PadTokenId = text.Generation.PadTokenId,
        });
        model.Initialise(recipe.Seed);
        return (model, text);
    }

    /// <summary>A stage's curriculum over the levels of its problems.</summary>
    /// <exception cref="UserError">Problems of the user's are not of the levels that it names.</exception>
    public Curriculum Curriculum(CurriculumRecipe recipe, int steps, CurriculumState? state)
    {
        if (Recipe.Problems is null) return new Curriculum(recipe, Recipe.Family, steps, state);
        var known = Problems.Levels.Select(l => l.Number).ToArray();
        if (recipe.Kind != CurriculumKind.None)
        {
            foreach (var level in recipe.Levels)
                if (!(Problems.Count(Split.Train, level) > 0)) throw new UserError($"there are no problems of level {level} to train on; there are those of {string.Join(", ", known)}.", Folder.Recipe, field: "curriculum.levels", advice: "The field \"level\" of a line names its level.");
        }

        return new Curriculum(recipe, mix: null, recipe.Levels, steps, state);
    }

    /// <summary>Refuses token budgets that leave no room for the family's prompts, before any time is spent.</summary>
    public void CheckBudgets()
    {
        var longest = Recipe.Problems is null ? 0 : LongestOwnPrompt();
        for (var i = 0; i < ProbedPrompts && Recipe.Problems is null && NeedsProblems; i++)
        {
            longest = Math.Max(longest, Encoder.Prompt(Family.Generate(Split.Test, Recipe.Family.TestLevel, Recipe.Evaluation.Seed, i)).Length);
            foreach (var level in Recipe.TrainingLevels) longest = Math.Max(longest, Encoder.Prompt(Family.Generate(Split.Train, level, Recipe.Seed, i)).Length);
        }

        Check(Recipe.Reinforcement.MaxTokens, "reinforcement.max_tokens", Recipe.Reinforcement.Steps > 0);
        Check(Recipe.ExpertIteration.MaxTokens, "expert_iteration.max_tokens", Recipe.ExpertIteration.Rounds > 0);
        Check(Recipe.Evaluation.MaxTokens, "evaluation.max_tokens", Recipe.Evaluation.Problems > 0);

        void Check(int budget, string field, bool used)
        {
            if (used && longest + budget > Recipe.Model.Context)
                throw new UserError($"prompts of {longest} tokens and completions of {budget} exceed the model's context of {Recipe.Model.Context}.", Folder.Recipe, field: field, advice: "Lower the budget or raise model.context.");
        }
    }

    /// <summary>Whether any stage or evaluation asks problems.</summary>
    private bool NeedsProblems => Recipe.Reinforcement.Steps > 0 || Recipe.ExpertIteration.Rounds > 0 || Recipe.Evaluation.Problems > 0;

    /// <summary>Encodes every problem of the user's, so that one that cannot be asked is known before the run.</summary>
    private int LongestOwnPrompt()
    {
        var (problems, longest) = ((OwnProblems)Problems, 0);
        foreach (var problem in problems.All(Split.Train).Concat(problems.All(Split.Test)))
        {
            var (file, line) = problems.PlaceOf(problem);
            try
            {
                longest = Math.Max(longest, Encoder.Prompt(problem).Length);
            }
            catch (UserError error)
            {
                var unknown = UnknownCharacter.Find(Encoder.Tokenizer, problem.Prompt) ?? error;
                throw new UserError(unknown.Problem, file, line, field: OwnProblem.Prompt, advice: unknown.Advice, inner: error);
            }
        }

        return longest;
    }

    public void Dispose()
    {
        Inputs.Dispose();
        _sampler?.Dispose();
        _graph?.Dispose();
        Model.Dispose();
        Streams.Dispose();
        Device.Dispose();
    }
}
