using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>However a batch is cut into micro-batches, its gradient is the same to 1e-6 of its norm.</summary>
public sealed class MicroBatchTests
{
    private const int Vocabulary = 40;

    [Fact]
    public void Supervised_gradients_do_not_depend_on_micro_batches()
    {
        var random = new RandomStream(1, StreamStage.Test);
        var examples = Enumerable.Range(0, 30).Select(_ =>
        {
            var tokens = Tokens(ref random, random.Next(5, 60));
            return new SupervisedExample(tokens, random.Next(1, tokens.Length - 1));
        }).ToList();
        Compare((graph, optimizer) => new SupervisedTrainer(graph, optimizer).Step(examples, 1));
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("dapo")]
    [InlineData("gspo")]
    [InlineData("kl_cov")]
    public void Policy_gradients_do_not_depend_on_micro_batches(string objective)
    {
        var random = new RandomStream(2, StreamStage.Test);
        var samples = Enumerable.Range(0, 24).Select(_ =>
        {
            var tokens = Tokens(ref random, random.Next(2, 40));
            var stream = random;
            var logp = tokens.Select(_ => (float)(-Math.Log(Vocabulary) + (0.3 * stream.NextNormal()))).ToArray();
            random = stream;
            return new PolicySample(Tokens(ref random, random.Next(2, 12)), new Rollout(tokens, logp, logp, FinishReason.Stop), random.NextNormal());
        }).ToList();
        Compare((graph, optimizer) => new PolicyTrainer(graph, optimizer, PolicyObjectives.Create(objective, o => o with { EntropyCoefficient = 0.01 }), 40, 0.8).Step(samples, 1, new PolicyMetrics()));
    }

    private static int[] Tokens(ref RandomStream random, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++) tokens[i] = random.Next(Vocabulary);
        return tokens;
    }

    private static void Compare(Func<TrainingGraph, Optimizer, TrainingStep> step)
    {
        float[]? expected = null;
        TrainingStep first = default;
        int[] sizes = [4096, 64, 100, 333];
        foreach (var size in sizes)
        {
            using var device = Device.Cpu(2);
            using var model = new LanguageModel(device, new ModelConfiguration
            {
                Architecture = "llama",
                VocabularySize = Vocabulary,
                HiddenSize = 32,
                IntermediateSize = 48,
                LayerCount = 2,
                HeadCount = 4,
                KeyValueHeadCount = 2,
                HeadSize = 8,
                TieWordEmbeddings = true,
            });
            model.Initialise(5);
            model.Pack(training: true);
            using var graph = new TrainingGraph(model, size, 64, 64);
            // Without clipping and with no rate the step leaves gradients and weights as they are.
            using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 0, ClipNorm = 0 });
            var done = step(graph, optimizer);
            var gradients = new float[model.Parameters.BufferLength];
            model.Parameters.Gradients.Read(0, gradients);
            if (expected is null)
            {
                (expected, first) = (gradients, done);
                done.GradientNorm.ShouldBeGreaterThan(0);
                continue;
            }

            done.Loss.ShouldBe(first.Loss, 1e-6);
            var difference = Math.Sqrt(gradients.Zip(expected, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
            (difference / first.GradientNorm).ShouldBeLessThan(1e-6, $"micro-batches of {size}");
        }

        Golden.Report("micro-batch sizes", sizes.Length);
    }
}
