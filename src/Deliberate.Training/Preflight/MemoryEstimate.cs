using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The memory of a run by what it is for. Weights and moments are counted; activations are those of small tapes of a
/// few of the model's layers, in proportion to tokens and layers; the cache of the sampler is that of all its slots at the longest prompt and budget.
/// Held against the buffers of a real run in the tests.
/// </summary>
internal static class MemoryEstimate
{
    /// <summary>Tokens of the tapes that are measured.</summary>
    private const int Measured = 2;

    /// <summary>Pages of prompts that wait for a slot, and what the cache takes from the system beyond its need.</summary>
    private const int PagesAhead = 32;

    /// <summary>Rows of logits that a worker holds at once.</summary>
    private const int LogitRows = 48;

    /// <summary>The runtime, the program, its managed heap, a batch on the host.</summary>
    private const double Runtime = 150e6;

    /// <param name="recipe">Resolved.</param>
    /// <param name="longestPrompt">In tokens.</param>
    /// <param name="parameters">Weights, counted on the way.</param>
    /// <param name="trained">Those of them that are trained, or the adapter's.</param>
    /// <param name="teacher">What the teacher is like; null without one.</param>
    /// <param name="ranks">That share the work.</param>
    public static MemoryPlan Of(TrainRecipe recipe, ModelConfiguration configuration, int longestPrompt, out long parameters, out long trained, ModelConfiguration? teacher = null, int ranks = 1)
    {
        using var device = Device.Cpu(1);
        using var model = ModelOf(device, recipe, configuration);
        parameters = model.Parameters.Count;
        // A head that is trained alone: buffers are as long, and what is never written of them takes no memory.
        var frozen = recipe.RewardModel is { TrainsHeadAlone: true } && configuration.OutputHead is not null ? 1 - (Head(model) / (double)model.Trained.Count) : 0;
        trained = model.Trained.Count;
        double weights = Bytes(model.Trained), packed = PackedBytes(model.Trained);
        double training = TapeBytes(device, recipe, configuration, training: true), inference = TapeBytes(device, recipe, configuration, training: false);
        var tokens = recipe.MicroBatchTokens;
        var vocabulary = (double)Tensor.PaddedStride(configuration.VocabularySize) * sizeof(float);
        var trains = recipe.Supervised.Steps > 0 || recipe.ExpertIteration.Rounds > 0 || recipe.Reinforcement.Steps > 0;
        // Of a lean model, what only the update needs and what only sampling needs are never there together.
        var isLean = recipe.IsLean && recipe.Adapter is null;
        var parts = new List<PlanPart> { new(recipe.Adapter is null ? "weights" : "adapter", weights + (isLean ? 0 : packed)) };
        if (recipe.Adapter is { } adapter) parts.Add(new("base", Models.MemoryEstimate.WeightBytes(configuration, adapter.Storage)));
        List<PlanPart> updating = [], drawing = [];
        if (trains)
        {
            updating.Add(new("gradients", (1 - frozen) * (weights + (isLean ? 0 : packed))));
            var isSharded = ranks > 1 && recipe.Ranks is { ShardOptimizer: true };
            parts.Add(new("optimizer", (1 - frozen) * (isSharded ? Optimizers(recipe).Max(kind => OptimizerShards.Most(model.Trained, kind, ranks)) * (double)sizeof(float) : weights * Moments(recipe))));
            if (ranks > 1) parts.Add(new("messages", MessageBytes(model.Trained.Count, ranks)));
            updating.Add(new("activations", (tokens * training) + (Environment.ProcessorCount * LogitRows * vocabulary)));
        }

        var slots = RunSession.SlotsOf(recipe);
        var positions = longestPrompt + RunSession.LongestBudget(recipe);
        long pages = (positions + KeyValueCache.PageTokens - 1) / KeyValueCache.PageTokens;
        using (var cache = new KeyValueCache(device, model.AttentionShapeOf(0), configuration.LayerCount))
            drawing.Add(new("key-value cache", ((slots * pages) + PagesAhead) * (double)cache.PageElements * sizeof(float)));
        if (isLean) drawing.Add(new("packed weights", packed));
        drawing.Add(new("sampling", (Math.Max(slots, Math.Max(recipe.Model.Context, 512)) * inference) + (2 * slots * vocabulary)));
        if (!isLean) parts.AddRange([.. updating, .. drawing]);
        else parts.AddRange(updating.Sum(p => p.Bytes) > drawing.Sum(p => p.Bytes) ? updating : drawing);
        // A lean model's is read into the memory of gradients, unless it changes; with an adapter it shares the base, and at the beginning is the base.
        if (KeepsStart(recipe) && !(isLean && recipe.Reinforcement.Kl.RenewEvery == 0)) parts.Add(new("start policy", weights + packed + (tokens * inference)));
        if (teacher is not null)
        {
            // Twice its weights, as written and as packed. Activations and cache are in proportion to width and depth.
            var size = ParameterNames.Of(teacher).Sum(p => p.Shape.Aggregate(1.0, (product, n) => product * n)) * sizeof(float);
            var scale = (double)teacher.HiddenSize * teacher.LayerCount / ((double)configuration.HiddenSize * configuration.LayerCount);
            var samples = Teacher.Samples(recipe) ? drawing.Where(p => p.Name is "key-value cache" or "sampling").Sum(p => p.Bytes) : 0;
            parts.Add(new("teacher", (2 * size) + (scale * ((tokens * inference) + samples))));
        }

        if (HasCritic(recipe)) parts.Add(new("critic", (2 * (weights + packed)) + (2 * weights / (recipe.Ranks is { ShardOptimizer: true } ? ranks : 1)) + (tokens * training)));
        if (recipe.Reinforcement is { Steps: > 0, Staleness: > 0 }) parts.Add(new("sampling policy", weights));
        // A whole engine: weights, their packed copy, and what draws.
        if (recipe.Reinforcement is { Steps: > 0, Lag: not null }) parts.Add(new("sampling ahead", (2 * weights) + packed + drawing.Where(p => p.Name is "key-value cache" or "sampling").Sum(p => p.Bytes)));
        parts.Add(recipe.Device == GraphicsChoice.Cpu ? new("runtime", Runtime) : new("kernels of the card", GraphicsChoice.WorkingBytes));
        return new MemoryPlan([.. parts.OrderByDescending(p => p.Bytes)]);
    }

    /// <summary>Whether a critic is trained beside the policy.</summary>
    public static bool HasCritic(TrainRecipe recipe) => recipe.Reinforcement.Steps > 0 && AdvantageEstimators.Find(recipe.Reinforcement.Advantage).NeedsCritic;

    /// <summary>Whether the policy that reinforcement learning began with is kept in memory.</summary>
    private static bool KeepsStart(TrainRecipe recipe) =>
        recipe.Reinforcement.Steps > 0 && (recipe.Health.KlEvery > 0 || StagePolicies.IsCompared(recipe.Reinforcement));

    /// <summary>Copies of the weights that the most demanding stage's optimizer holds.</summary>
    private static int Moments(TrainRecipe recipe) => Optimizers(recipe).Max(kind => kind == OptimizerKind.Sgd ? 1 : 2);

    /// <summary>The rules of the stages that there are.</summary>
    private static IEnumerable<OptimizerKind> Optimizers(TrainRecipe recipe)
    {
        if (recipe.Supervised.Steps > 0) yield return recipe.Supervised.Optimizer.Kind;
        if (recipe.ExpertIteration.Rounds > 0) yield return recipe.ExpertIteration.Optimizer.Kind;
        if (recipe.Reinforcement.Steps > 0) yield return recipe.Reinforcement.Optimizer.Kind;
    }

    /// <summary>Buckets of gradients on their way: this rank's, and as much again of the others'.</summary>
    private static double MessageBytes(long trained, int ranks) => Math.Min(trained, (double)SharedGradients.Window * BucketSize.Usual.MostOfRank * ranks) * 2 * sizeof(float);

    /// <summary>The recipe's model without its weights, with the adapter that it trains.</summary>
    private static LanguageModel ModelOf(Device device, TrainRecipe recipe, ModelConfiguration configuration)
    {
        var model = new LanguageModel(device, configuration, recipe.Adapter?.Storage);
        if (recipe.Adapter?.Configuration is { } settings) model.Adapt(AdapterLayout.New(model, settings, "adapter"), settings, baseWeights: null);
        return model;
    }

    private static long Head(LanguageModel model) => model.Parameters.Parameters.Where(p => p.Name is OutputHead.WeightName or OutputHead.BiasName).Sum(p => p.Length);

    private static double Bytes(ParameterStore store) => store.BufferLength * (double)sizeof(float);

    private static double PackedBytes(ParameterStore store) => store.LinearWeights.Sum(w => (double)w.Rows * w.Columns * sizeof(float));

    /// <summary>Bytes that a tape takes for each token: layers beyond the first few each take the same.</summary>
    private static double TapeBytes(Device device, TrainRecipe recipe, ModelConfiguration configuration, bool training)
    {
        const int Few = 3, More = 5;
        double Of(int layers)
        {
            using var model = ModelOf(device, recipe, configuration with { LayerCount = layers, SlidingLayers = [] });
            using var tape = new Tape(device, Measured, 1, training) { Trained = training ? model.Adapter : null, Recomputation = recipe.Recompute };
            model.Build(tape, Measured);
            return (double)tape.Bytes / Measured;
        }

        if (configuration.LayerCount <= More) return Of(configuration.LayerCount);
        var (few, more) = (Of(Few), Of(More));
        return more + ((configuration.LayerCount - More) * (more - few) / (More - Few));
    }
}
