using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Training.Tests;

/// <summary>
/// Samples that share their prompt in the update: the log-probabilities of samples that do not, to the bit, and their gradient, to rounding.
/// </summary>
public sealed class SharedPromptTests
{
    private const int Vocabulary = 29;

    [Fact]
    public void On_the_reference_device_the_gradient_is_that_of_samples_with_prompts_of_their_own()
    {
        var worst = 0.0;
        var cases = from groups in Gen.Choose(1, 4)
                    from samples in Gen.Choose(1, 5)
                    from window in Gen.Elements(0, 0, 5)
                    from cap in Gen.Elements(0.0, 0.0, 3.0)
                    from micro in Gen.Elements(48, 77, 1024)
                    from seed in Gen.Choose(1, 1 << 20)
                    select (groups, samples, window, cap, micro, seed);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            using var device = Device.Reference();
            var batch = Batch(drawn.groups, drawn.samples, (ulong)drawn.seed);
            var (alone, _) = Step(device, drawn.window, drawn.cap, batch, 4096, sharesPrompts: false);
            var (shared, _) = Step(device, drawn.window, drawn.cap, batch, drawn.micro, sharesPrompts: true);
            var norm = Math.Sqrt(alone.Sum(g => g * g));
            var difference = Math.Sqrt(alone.Zip(shared, (a, b) => (a - b) * (a - b)).Sum()) / norm;
            worst = Math.Max(worst, difference);
            difference.ShouldBeLessThan(1e-10, $"{drawn}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
        TestContext.Current.TestOutputHelper?.WriteLine($"25 batches, worst relative difference {worst:e1}");
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(9, 0.0)]
    [InlineData(0, 4.0)]
    public void On_the_processor_log_probabilities_have_the_same_bits_and_the_gradient_differs_by_rounding(int window, double cap)
    {
        var batch = Batch(5, 6, 3);
        using var device = Device.Cpu(2);
        var (alone, logp) = Step(device, window, cap, batch, 4096, sharesPrompts: false);
        foreach (var micro in new[] { 4096, 128, 90 })
        {
            var (shared, again) = Step(device, window, cap, batch, micro, sharesPrompts: true);
            again.ShouldBe(logp);
            var difference = Math.Sqrt(alone.Zip(shared, (a, b) => (a - b) * (a - b)).Sum() / alone.Sum(g => g * g));
            difference.ShouldBeLessThan(1e-6, $"micro-batches of {micro}");
        }
    }

    [Fact]
    public void The_gradient_does_not_depend_on_threads()
    {
        var batch = Batch(3, 7, 5);
        double[]? expected = null;
        foreach (var threads in new[] { 1, 2, 3, 4 })
        {
            foreach (var isLean in new[] { false, true })
            {
                using var device = Device.Cpu(threads);
                var (gradient, _) = Step(device, 0, 0, batch, 200, sharesPrompts: true, isLean);
                expected ??= gradient;
                gradient.ShouldBe(expected, $"{threads} threads, lean {isLean}");
            }
        }
    }

    [Fact]
    public void A_prompt_of_one_token_or_asked_once_is_packed_as_it_was()
    {
        using var device = Device.Cpu(1);
        using var model = Model(device, 0, 0);
        using var graph = new TrainingGraph(model, 256, 32, 64);
        var rows = new int[32];
        PolicySample[] samples = [Sample([3], [4, 5]), Sample([3], [6]), Sample([7, 8], [9]), Sample([1, 2, 3], [4, 5]), Sample([1, 2, 3], [6]), Sample([1, 2, 3], [7, 8, 9])];
        PolicyScorer.PackShared(graph.Batch, samples, 0, rows).ShouldBe(6);
        // Whole sequences of 3, 2 and 3 tokens, then the prefix of two and for each sample its tokens: the prompt's last, and all but its own last.
        Enumerable.Range(0, graph.Batch.Segments).Select(s => graph.Batch.Segment(s).Count).ShouldBe([3, 2, 3, 2, 2, 1, 3]);
        rows[..6].ShouldBe([0, 3, 6, 10, 12, 13]);
        graph.Batch.LongestUnit.ShouldBe(8);
    }

    private static PolicySample Sample(int[] prompt, int[] tokens) => new(prompt, new Rollout(tokens, new float[tokens.Length], new float[tokens.Length], FinishReason.Stop), 1);

    private static List<PolicySample> Batch(int groups, int samples, ulong seed)
    {
        var random = new RandomStream(seed, StreamStage.Test);
        var batch = new List<PolicySample>();
        for (var g = 0; g < groups; g++)
        {
            var prompt = Tokens(ref random, random.Next(1, 24));
            for (var s = 0; s < samples; s++)
            {
                var tokens = Tokens(ref random, random.Next(1, 24));
                var logp = new float[tokens.Length];
                for (var t = 0; t < logp.Length; t++) logp[t] = (float)(-Math.Log(Vocabulary) + (0.2 * random.NextNormal()));
                batch.Add(new PolicySample(prompt, new Rollout(tokens, logp, logp, FinishReason.Stop), random.NextNormal()));
            }
        }

        return batch;
    }

    private static int[] Tokens(ref RandomStream random, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++) tokens[i] = random.Next(Vocabulary);
        return tokens;
    }

    private static (double[] Gradient, double[] LogProbabilities) Step(Device device, int window, double cap, List<PolicySample> batch, int micro, bool sharesPrompts, bool isLean = false)
    {
        using var model = Model(device, window, cap);
        if (isLean) model.BecomeLean();
        model.Pack(training: true);
        using var graph = new TrainingGraph(model, micro, 64, 64);
        using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 0, ClipNorm = 0 });
        var trainer = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create("grpo", o => o with { EntropyCoefficient = 0.01 }), 40, 0.9, sharesPrompts);
        var logp = trainer.Score(batch);
        trainer.Step(batch, 1, new PolicyMetrics()).Applied.ShouldBeTrue();
        var gradient = new double[model.Parameters.BufferLength];
        model.Parameters.Gradients.Read(0, gradient);
        return (gradient, logp);
    }

    private static LanguageModel Model(Device device, int window, double cap)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = Vocabulary,
            HiddenSize = 24,
            IntermediateSize = 40,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 2,
            HeadSize = 6,
            SlidingWindow = window == 0 ? null : window,
            SlidingLayers = window == 0 ? [] : [0],
            AttentionSoftCap = cap == 0 ? null : cap,
            TieWordEmbeddings = true,
        });
        model.Initialise(5);
        return model;
    }
}
