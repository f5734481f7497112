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

    /// <summary>Bytes of keys and values that a lean run has at once, about: as much as activations take in its updates. At least a few samples are in flight.</summary>
    private const double LeanCache = 512e6;

    private const int LeastSlots = 8;

    private Sampler? _sampler;
    private ISampleLoop? _loop;
    private TrainingGraph? _graph;
    private Teacher? _teacher;
    private HashSet<long>? _quickProblems;

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

    /// <summary>The ranks that the run is shared out among.</summary>
    public World World { get; init; } = World.Alone;

    public ProblemSet Problems => Inputs.Problems;

    /// <summary>Indices of the held-out problems that a quick evaluation asks, which a whole one asks too: what is compared is compared on these.</summary>
    public IReadOnlySet<long> QuickProblems =>
        _quickProblems ??= Problems.Draw(Split.Test, Math.Min(Recipe.Evaluation.QuickProblems, Recipe.Evaluation.Problems), Recipe.Evaluation.Seed).Select(p => p.Index).ToHashSet();

    /// <summary>Of the corpus, and of the problems where they are not the user's own.</summary>
    public ITaskFamily Family => Recipe.Family.Instance;

    public TrainingGraph Graph => _graph ??= new TrainingGraph(Model, Recipe.MicroBatchTokens, Segments(Recipe.MicroBatchTokens), Recipe.Model.Context, recomputation: Recipe.Recompute);

    public Sampler Sampler => _sampler ??= new Sampler(Model, SlotsOf(Recipe), Recipe.Model.Context);

    /// <summary>From the run's problems to scored samples of its model.</summary>
    public ISampleLoop Loop => _loop ??= World.Size > 1 ? new DistributedLoop(OwnLoop(), World) : OwnLoop();

    /// <summary>What the run learns from, loaded when it is first asked for; only where the recipe names one.</summary>
    public Teacher Teacher => _teacher ??= new Teacher(this);

    private ISampleLoop OwnLoop() => Inputs.Environments is { } environments
        ? new EpisodeLoop(Sampler, Encoder, Problems, environments, (Recipe.Environment ?? new()).Limits, (Recipe.Environment ?? new()).Role, Observer.Notice)
        : new SampleLoop(Sampler, Encoder, Problems);

    /// <summary>Samples that a recipe has in flight at once.</summary>
    public static int SlotsOf(TrainRecipe recipe)
    {
        var most = recipe.Evaluation.Problems * (long)recipe.Evaluation.Samples;
        if (recipe.Reinforcement.Steps > 0) most = Math.Max(most, recipe.Reinforcement.Prompts * (long)recipe.Reinforcement.Samples);
        if (recipe.ExpertIteration.Rounds > 0) most = Math.Max(most, recipe.ExpertIteration.Prompts * (long)recipe.ExpertIteration.Samples);
        return (int)Math.Clamp(most, 1, recipe.IsLean ? LeanSlots(recipe) : MostSlots);
    }

    /// <summary>As many as <see cref="LeanCache"/> holds at their longest; their prompts are shared, but for a page.</summary>
    private static int LeanSlots(TrainRecipe recipe)
    {
        var model = recipe.Model;
        var bytes = 2.0 * model.Layers * (model.KeyValueHeads ?? model.Heads) * (model.Hidden / model.Heads) * sizeof(float);
        return (int)Math.Clamp(LeanCache / (bytes * (LongestBudget(recipe) + KeyValueCache.PageTokens)), LeastSlots, MostSlots);
    }

    /// <summary>Tokens of the longest completion that a recipe asks for.</summary>
    public static int LongestBudget(TrainRecipe recipe)
    {
        var longest = recipe.Evaluation.Problems > 0 ? recipe.Evaluation.MaxTokens : 0;
        if (recipe.ExpertIteration.Rounds > 0) longest = Math.Max(longest, recipe.ExpertIteration.MaxTokens);
        return recipe.Reinforcement.Steps > 0 ? Math.Max(longest, recipe.Reinforcement.MaxTokens) : longest;
    }

    /// <summary>Sequences that a micro-batch may hold: enough for direct answers to short problems.</summary>
    public static int Segments(int tokens) => Math.Max(16, tokens / 8);

    /// <summary>A model of the recipe's shape with random weights, or the checkpoint it names.</summary>
    /// <param name="known">How it reads, where that is known.</param>
    public static (LanguageModel Model, TextFormat Text) NewModel(TrainRecipe recipe, Device device, TextFormat? known = null)
    {
        if (recipe.Adapter is not null)
        {
            var (adapted, own) = AdaptedModel.Start(recipe, device);
            return (adapted, known ?? OwnTokenizer.WithChat(own, recipe));
        }

        if (recipe.Model.From is { } from)
        {
            var (loaded, format) = Checkpoint.LoadModel(from, device, masters: false);
            return (loaded, known ?? OwnTokenizer.WithChat(format, recipe));
        }

        var (configuration, text) = ModelOf(recipe, known);
        var model = new LanguageModel(device, configuration);
        model.Initialise(recipe.Seed);
        return (model, text);
    }

    /// <summary>What the recipe's model is like and how it reads, without its weights.</summary>
    public static (ModelConfiguration Configuration, TextFormat Text) ModelOf(TrainRecipe recipe, TextFormat? known = null)
    {
        if (recipe.Model.From is { } from)
        {
            using var opened = PretrainedModel.Open(from);
            return (opened.Configuration, known ?? OwnTokenizer.WithChat(opened.Text, recipe));
        }

        var text = known ?? OwnTokenizer.For(recipe);
        var shape = recipe.Model;
        return (new ModelConfiguration
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
        }, text);
    }

    /// <summary>A stage's curriculum over the levels of its problems.</summary>
    /// <exception cref="UserError">Problems of the user's are not of the levels that it names.</exception>
    public Curriculum Curriculum(CurriculumRecipe recipe, int steps, CurriculumState? state)
    {
        if (Problems.Family is not null) return new Curriculum(recipe, Recipe.Family, steps, state);
        var known = Problems.Source.Levels.Select(l => l.Number).ToArray();
        if (recipe.Kind != CurriculumKind.None)
        {
            foreach (var level in recipe.Levels)
                if (!(Problems.Source.Count(Split.Train, level) > 0)) throw new UserError($"there are no problems of level {level} to train on; there are those of {string.Join(", ", known)}.", Folder.Recipe, field: "curriculum.levels", advice: "The field \"level\" of a line names its level.");
        }

        return new Curriculum(recipe, mix: null, recipe.Levels, steps, state);
    }

    public void Dispose()
    {
        Inputs.Dispose();
        _teacher?.Dispose();
        _sampler?.Dispose();
        _graph?.Dispose();
        Model.Dispose();
        Streams.Dispose();
        Device.Dispose();
    }
}
