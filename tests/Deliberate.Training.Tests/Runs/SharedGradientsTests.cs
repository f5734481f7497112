using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>The sum of the ranks' gradients: in their order, to the same bits in each, however it is cut into buckets and whenever they are sent.</summary>
public sealed class SharedGradientsTests
{
    /// <summary>So that even the gradient of a small model has more buckets than are on their way at once.</summary>
    private static readonly BucketSize Small = new(200, 0, 150);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Gradients_are_the_sum_in_the_order_of_ranks_in_every_rank(int ranks, bool isSharded)
    {
        int[] lengths = [70_001, 150_000, 3, 80_000];
        var parts = Enumerable.Range(0, ranks).Select(rank =>
        {
            var random = new RandomStream(1, StreamStage.Test, rank);
            return Enumerable.Range(0, 310_000).Select(_ => (float)random.NextNormal()).ToArray();
        }).ToArray();
        var sums = ThreadTransport.Run(ranks, world =>
        {
            world.Follow(new RanksRecipe { ShardOptimizer = isSharded });
            using var device = Device.Cpu(1);
            using var store = new ParameterStore(device);
            foreach (var (i, length) in lengths.Index()) store.AddVector($"v{i}", length);
            // A frozen one is nobody's business.
            store.Parameters[2].Frozen = true;
            store.MakeGradients();
            using var optimizer = new Optimizer(device, store, new OptimizerOptions { Kind = OptimizerKind.AdamW }, world.PeersOfOptimizer());
            store.Gradients.Write(0, parts[world.Rank].AsSpan(0, (int)store.BufferLength));
            var gradients = new SharedGradients(world, store, optimizer);
            gradients.Begin();
            gradients.Finish(0.1 * (world.Rank + 1)).ShouldBe(Enumerable.Range(1, ranks).Aggregate(0.0, (sum, i) => sum + (0.1 * i)));
            var sum = new float[store.BufferLength];
            store.Gradients.Read(0, sum);
            return (sum, store.Parameters.Select(p => (p.Offset, p.Length, p.Frozen)).ToArray(), optimizer.Parts.ToArray());
        });
        var summed = 0;
        for (var rank = 0; rank < ranks; rank++)
        {
            var (sum, parameters, owned) = sums[rank];
            foreach (var (offset, length, frozen) in parameters)
            {
                for (var i = offset; i < offset + length; i++)
                {
                    var isMine = !isSharded || owned.Any(p => p.Owner == rank && i >= p.Offset && i < p.Offset + p.Length);
                    if (frozen || !isMine)
                    {
                        sum[i].ShouldBe(parts[rank][i]);
                        continue;
                    }

                    sum[i].ShouldBe((float)parts.Aggregate(0.0, (total, part) => total + part[i]));
                    summed++;
                }
            }
        }

        summed.ShouldBe((isSharded ? 1 : ranks) * (lengths.Sum() - 3));
    }

    /// <summary>Variants of the model whose weights meet their last gradient in different places.</summary>
    public static TheoryData<string> Variants => new("tied", "untied", "biases", "norms of heads", "adapter", "adapter with magnitudes", "adapter with the head");

    [Theory]
    [MemberData(nameof(Variants))]
    public void What_a_backward_says_it_is_done_with_changes_no_more(string variant)
    {
        using var device = Device.Cpu(2);
        using var model = ModelOf(device, variant);
        model.Pack(training: true);
        using var graph = new TrainingGraph(model, 64, 4, 32);
        var store = model.Trained;
        var stages = graph.Tape.TrainedByLayer(store, graph.Head.Weight);
        stages.Sum(s => s.Count).ShouldBe(store.Parameters.Count(p => !p.Frozen));
        stages[^1].ShouldBeEmpty("every gradient is some operation's");
        stages.Count(s => s.Count > 0).ShouldBeGreaterThan(variant.StartsWith("adapter", StringComparison.Ordinal) ? 1 : 3);
        var watcher = new Watcher(store, stages);
        for (var pass = 0; pass < 2; pass++)
        {
            graph.Batch.Clear();
            graph.Batch.AddSequence([1, 5, 9, 2, 7, 3], 1, 6);
            graph.Batch.AddSequence([4, 4, 8, 6], 1, 4);
            graph.Head.Upstream.Value.Write(0, Enumerable.Repeat(new[] { -0.1, 0.0 }, 10).SelectMany(x => x).ToArray());
            graph.ForwardHidden();
            graph.Tape.Watcher = pass == 1 ? watcher : null;
            graph.Backward();
        }

        watcher.Looks.ShouldBeGreaterThan(0);
        watcher.Snapshots.Count.ShouldBe(store.Parameters.Count(p => !p.Frozen));
        foreach (var (parameter, then) in watcher.Snapshots) Watcher.Read(store, parameter).AsSpan().SequenceEqual(then).ShouldBeTrue(parameter.Name);
        watcher.Snapshots.ShouldContain(s => s.Value.Any(x => x != 0));
    }

    [Theory]
    [InlineData(2, "")]
    [InlineData(3, "updates: 2")]
    [InlineData(2, "objective: ppo\n  iterations: 2\n  advantage: gae")]
    public void Sent_during_the_backward_or_after_it_in_many_buckets_or_one_the_bits_are_the_same(int ranks, string reinforcement)
    {
        using var folder = new TemporaryFolder();
        var recipe = EnvironmentRunTests.Recipe(reinforcement);
        string Train(string name, bool overlap, BucketSize buckets, bool isSharded)
        {
            ThreadTransport.Run(ranks, world =>
            {
                world.Buckets = buckets;
                using var run = TrainingRun.Start(recipe with { Ranks = new RanksRecipe { Overlap = overlap, ShardOptimizer = isSharded } }, folder.File($"{name}{world.Rank}"), 1, world: world);
                return run.Execute();
            });
            return folder.File($"{name}0");
        }

        var after = Train("after", overlap: false, BucketSize.Usual, isSharded: false);
        ShouldEqual(Train("during", overlap: true, Small, isSharded: false), after);
        ShouldEqual(Train("shared", overlap: true, Small, isSharded: true), after);
    }

    /// <summary>All files but the recipe, which says how ranks share the work.</summary>
    internal static void ShouldEqual(string folder, string expected)
    {
        File.Copy(Path.Combine(expected, RunFolder.RecipeFile), Path.Combine(folder, RunFolder.RecipeFile), overwrite: true);
        TinyRun.ShouldEqual(folder, expected).ShouldBeGreaterThan(6);
    }

    private static LanguageModel ModelOf(Device device, string variant)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 40,
            HiddenSize = 32,
            IntermediateSize = 48,
            LayerCount = 3,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadSize = 16,
            TieWordEmbeddings = variant != "untied",
            QueryKeyValueBias = variant == "biases",
            AttentionOutputBias = variant == "biases",
            MlpBias = variant == "biases",
            QueryKeyNorm = variant == "norms of heads",
        });
        model.Initialise(1);
        model.Pack(training: true);
        if (!variant.StartsWith("adapter", StringComparison.Ordinal)) return model;
        var shape = new AdapterConfiguration { Rank = 3, Alpha = 6, HasMagnitudes = variant.EndsWith("magnitudes", StringComparison.Ordinal), ModulesToSave = variant.EndsWith("head", StringComparison.Ordinal) ? ["lm_head", "norm", "embed_tokens"] : [] };
        foreach (var parameter in model.Parameters.Parameters) parameter.Frozen = true;
        var adapter = AdapterLayout.New(model, shape, "test");
        AdapterLayout.Initialise(adapter, model, 1);
        model.Adapt(adapter, shape, baseWeights: null);
        return model;
    }

    private sealed class Watcher(ParameterStore store, IReadOnlyList<Parameter>[] stages) : IBackwardWatcher
    {
        private int _done;

        public Dictionary<Parameter, float[]> Snapshots { get; } = [];

        public int Looks { get; private set; }

        public static float[] Read(ParameterStore store, Parameter parameter)
        {
            var values = new float[parameter.Length];
            store.Gradients.Read(parameter.Offset, values);
            return values;
        }

        public void Done(int layer)
        {
            for (; _done < stages.Length - 1 - layer; _done++)
                foreach (var parameter in stages[_done]) Snapshots.Add(parameter, Read(store, parameter));
        }

        public void Look() => Looks++;
    }
}
