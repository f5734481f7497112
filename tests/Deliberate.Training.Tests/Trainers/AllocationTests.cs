using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>
/// A training step allocates nothing once warm: neither the engine's (forward, backward, update, packing) nor the trainers' on top
/// of it. What a run adds, its data and the records of a step, is allocated by the stages. Runs alone: the bytes are the whole
/// process's.
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int Vocabulary = 61, Context = 80;

    [Theory]
    [InlineData(OptimizerKind.AdamW, 1)]
    [InlineData(OptimizerKind.AdamW, 2)]
    [InlineData(OptimizerKind.Muon, 2)]
    [InlineData(OptimizerKind.Sgd, 2)]
    internal void A_step_of_the_engine_allocates_nothing(OptimizerKind kind, int threads)
    {
        using var engine = new Engine(kind, threads);
        var random = new RandomStream(1, StreamStage.Test);
        var sequences = Enumerable.Range(0, 9).Select(_ => Tokens(ref random, random.Next(5, Context))).ToArray();
        var upstream = new float[2 * engine.Graph.Tape.TokenCapacity];
        Array.Fill(upstream, -1e-3f);
        AssertNone(() =>
        {
            engine.Optimizer.ClearGradients();
            for (var next = 0; next < sequences.Length;)
            {
                engine.Graph.Batch.Clear();
                while (next < sequences.Length && engine.Graph.Batch.Fits(sequences[next].Length)) engine.Graph.Batch.AddSequence(sequences[next], 1, sequences[next++].Length);
                engine.Graph.Forward();
                engine.Graph.Head.Upstream.Value.Write(0, upstream);
                engine.Graph.Backward();
            }

            engine.Optimizer.Step(engine.Optimizer.GradientNorm(), 1);
            engine.Model.Pack(training: true);
        });
    }

    [Fact]
    public void A_step_on_examples_allocates_nothing()
    {
        using var engine = new Engine(OptimizerKind.AdamW, 2);
        var random = new RandomStream(2, StreamStage.Test);
        var examples = new List<SupervisedExample>();
        for (var i = 0; i < 12; i++)
        {
            var tokens = Tokens(ref random, random.Next(5, Context));
            examples.Add(i % 2 == 0 ? new SupervisedExample(tokens, 2) : SupervisedExample.Of(tokens, [.. tokens.Select((_, t) => t % 3 == 1)]));
        }

        var trainer = new SupervisedTrainer(engine.Graph, engine.Optimizer);
        AssertNone(() => trainer.Step(examples, 1).Applied.ShouldBeTrue());
        AssertNone(() => trainer.Measure(examples));
    }

    public static TheoryData<string> Objectives => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Objectives))]
    public void A_step_on_samples_allocates_nothing(string objective)
    {
        using var engine = new Engine(OptimizerKind.Muon, 2);
        var trainer = new PolicyTrainer(engine.Graph, engine.Optimizer, PolicyObjectives.Create(objective, o => o with { EntropyCoefficient = 0.01 }), Context, 0.9);
        var samples = Samples();
        var metrics = new PolicyMetrics();
        AssertNone(() => trainer.Step(samples, 1, metrics).Applied.ShouldBeTrue());
        AssertNone(() => trainer.Measure(samples, metrics));
    }

    [Fact]
    public void A_step_with_a_reference_and_an_entropy_mask_allocates_nothing()
    {
        using var engine = new Engine(OptimizerKind.AdamW, 2);
        using var reference = ReferencePolicy.Beside(engine.Model, null, 200, Context, 1);
        var objective = PolicyObjectives.Create("grpo", o => o with { KlCoefficient = 0.02, TopEntropyQuantile = 0.5 });
        var trainer = new PolicyTrainer(engine.Graph, engine.Optimizer, objective, Context, 1) { Reference = reference };
        var samples = Samples();
        var metrics = new PolicyMetrics();
        AssertNone(() => trainer.Step(samples, 1, metrics).Applied.ShouldBeTrue());
    }

    [Fact]
    public void A_step_that_leaves_samples_out_allocates_nothing()
    {
        using var engine = new Engine(OptimizerKind.AdamW, 2);
        var trainer = new PolicyTrainer(engine.Graph, engine.Optimizer, PolicyObjectives.Create("grpo"), Context, 0.9, sharesPrompts: true) { SkipsIdle = true };
        var samples = Samples();
        List<PolicySample> groups = [.. samples.SelectMany((first, g) => samples.Take(4).Select((other, i) => new PolicySample(first.Prompt, other.Rollout, g % 2 == 0 ? 0 : i - 1.5)))];
        var metrics = new PolicyMetrics();
        AssertNone(() => trainer.Step(groups, 1, metrics, isSamplers: true).Applied.ShouldBeTrue());
        trainer.Idle.ShouldBe(groups.Count / 2);
    }

    private static void AssertNone(Action step)
    {
        var (thisThread, allThreads) = Allocations.Of(step);
        thisThread.ShouldBe(0);
        allThreads.ShouldBe(0);
    }

    private static List<PolicySample> Samples()
    {
        var random = new RandomStream(3, StreamStage.Test);
        var samples = new List<PolicySample>();
        for (var i = 0; i < 10; i++)
        {
            int[] prompt = Tokens(ref random, random.Next(2, 12)), tokens = Tokens(ref random, random.Next(2, Context - 12));
            float[] logp = [.. tokens.Select(_ => (float)-Math.Log(Vocabulary))];
            samples.Add(new PolicySample(prompt, new Rollout(tokens, logp, logp, FinishReason.Stop), random.NextNormal()));
        }

        return samples;
    }

    private static int[] Tokens(ref RandomStream random, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++) tokens[i] = random.Next(Vocabulary);
        return tokens;
    }

    /// <summary>A small model whose batches need several micro-batches.</summary>
    private sealed class Engine : IDisposable
    {
        private readonly Device _device;

        public Engine(OptimizerKind kind, int threads)
        {
            _device = Device.Cpu(threads);
            Model = new LanguageModel(_device, new ModelConfiguration
            {
                Architecture = "llama",
                VocabularySize = Vocabulary,
                HiddenSize = 48,
                IntermediateSize = 72,
                LayerCount = 2,
                HeadCount = 4,
                KeyValueHeadCount = 2,
                HeadSize = 12,
                TieWordEmbeddings = true,
                QueryKeyNorm = true,
                QueryKeyValueBias = true,
            });
            Model.Initialise(3);
            Graph = new TrainingGraph(Model, 200, 16, Context);
            Optimizer = new Optimizer(_device, Model.Parameters, new OptimizerOptions { Kind = kind, LearningRate = 1e-5, MuonLearningRate = 1e-4 });
            Model.Pack(training: true);
        }

        public LanguageModel Model { get; }

        public TrainingGraph Graph { get; }

        public Optimizer Optimizer { get; }

        public void Dispose()
        {
            Optimizer.Dispose();
            Graph.Dispose();
            Model.Dispose();
            _device.Dispose();
        }
    }
}
