using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Training.Tests;

/// <summary>Samples that a loss has no slope at need no pass: the gradient of a pass over all, everything measured as it was.</summary>
public sealed class IdleSamplesTests
{
    private const int Vocabulary = 29;

    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    /// <summary>What a step with skipped samples is held against: the same step with a pass over all of them.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_is_that_of_a_pass_over_all_samples(string objective)
    {
        var cases = from groups in Gen.Choose(1, 5)
                    from samples in Gen.Choose(1, 5)
                    from shared in Gen.Elements(false, true)
                    from known in Gen.Elements(true, true, false)
                    from masked in Gen.Elements(false, false, true)
                    from aggregation in Gen.Choose(0, 3)
                    from quantile in Gen.Elements(1.0, 1.0, 0.6)
                    from micro in Gen.Elements(48, 77, 1024)
                    from seed in Gen.Choose(1, 1 << 20)
                    select (groups, samples, shared, known, masked, aggregation, quantile, micro, seed);
        var (worst, idle) = (0.0, 0);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            using var device = Device.Reference();
            var batch = Batch(drawn.groups, drawn.samples, (ulong)drawn.seed, drawn.masked);
            var made = PolicyObjectives.Create(objective, o => o with { Aggregation = (LossAggregation)drawn.aggregation, TopEntropyQuantile = drawn.quantile });
            var all = Step(device, made, batch, 4096, shared: false, skips: false, drawn.known);
            var some = Step(device, made, batch, drawn.micro, drawn.shared, skips: true, drawn.known);
            var norm = Math.Sqrt(all.Gradient.Sum(g => g * g));
            var difference = Math.Sqrt(all.Gradient.Zip(some.Gradient, (a, b) => (a - b) * (a - b)).Sum()) / Math.Max(norm, 1e-12);
            worst = Math.Max(worst, difference);
            difference.ShouldBeLessThan(1e-10, $"{drawn}");
            some.Loss.ShouldBe(all.Loss, 1e-12 * Math.Max(1, Math.Abs(all.Loss)));
            Measured(some.Metrics).Zip(Measured(all.Metrics)).ShouldAllBe(m => m.First.Key == m.Second.Key && Math.Abs(m.First.Value - m.Second.Value) <= 1e-9 * Math.Max(1, Math.Abs(m.Second.Value)));
            idle += some.Idle;
            // Whoever has a slope is passed over. Of a policy that the samples are not from, KL-Cov pulls at samples without advantages too.
            if (drawn.known) some.Idle.ShouldBeGreaterThanOrEqualTo(batch.Count(s => !s.Teaches));
            all.Idle.ShouldBe(0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
        Golden.Report($"{objective}: worst relative difference {worst:e1}; samples left out", idle);
        idle.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void On_the_processor_the_gradient_differs_by_rounding()
    {
        var batch = Batch(6, 6, 3, masked: false);
        using var device = Device.Cpu(2);
        foreach (var objective in PolicyObjectives.All.Select(entry => entry.Name))
        {
            var made = PolicyObjectives.Create(objective);
            var all = Step(device, made, batch, 128, shared: true, skips: false, known: true);
            foreach (var (micro, shared) in new[] { (4096, true), (128, true), (90, false) })
            {
                var some = Step(device, made, batch, micro, shared, skips: true, known: true);
                some.Idle.ShouldBeInRange(6, 30);
                Math.Sqrt(all.Gradient.Zip(some.Gradient, (a, b) => (a - b) * (a - b)).Sum() / all.Gradient.Sum(g => g * g)).ShouldBeLessThan(1e-6, $"{objective}, micro-batches of {micro}");
            }
        }
    }

    [Theory]
    [InlineData(0.01, 0)]
    [InlineData(0, 0.02)]
    public void With_an_entropy_bonus_or_a_reference_in_the_loss_every_sample_has_a_slope(double entropy, double kl)
    {
        using var device = Device.Reference();
        var batch = Batch(4, 4, 7, masked: false);
        var made = PolicyObjectives.Create("grpo", o => o with { EntropyCoefficient = entropy, KlCoefficient = kl });
        Step(device, made, batch, 77, shared: true, skips: true, known: true).Idle.ShouldBe(0);
        Step(device, made, batch, 77, shared: true, skips: true, known: false).Idle.ShouldBe(0);
    }

    [Fact]
    public void Where_the_policy_is_not_the_samplers_not_a_bit_depends_on_it()
    {
        using var device = Device.Cpu(2);
        var batch = Batch(6, 4, 9, masked: false);
        var made = PolicyObjectives.Create("ppo");
        var (all, some) = (Step(device, made, batch, 90, shared: true, skips: false, known: false), Step(device, made, batch, 90, shared: true, skips: true, known: false));
        some.Gradient.ShouldBe(all.Gradient);
        some.Loss.ShouldBe(all.Loss);
        some.Idle.ShouldBeGreaterThanOrEqualTo(4);
    }

    private static IEnumerable<KeyValuePair<string, double>> Measured(PolicyMetrics metrics)
    {
        var values = new MetricValues();
        metrics.CopyTo(values);
        return values;
    }

    /// <summary>Groups of which every second is flat, and here and there a sample of the others without an advantage.</summary>
    private static List<PolicySample> Batch(int groups, int samples, ulong seed, bool masked)
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
                var advantage = g % 2 == 1 || random.NextBool(0.1) ? 0 : random.NextNormal();
                var entropies = new float[tokens.Length];
                for (var t = 0; t < entropies.Length; t++) entropies[t] = 3 * (float)random.NextDouble();
                batch.Add(new PolicySample(prompt, new Rollout(tokens, logp, logp, FinishReason.Stop) { Entropies = entropies }, advantage)
                {
                    Mask = masked && random.NextBool(0.3) ? [.. tokens.Select((_, t) => t % 2 == 0 ? 0.0 : 1)] : null,
                });
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

    private static (double[] Gradient, double Loss, int Idle, PolicyMetrics Metrics) Step(Device device, IPolicyObjective objective, List<PolicySample> batch, int micro, bool shared, bool skips, bool known)
    {
        using var model = Model(device);
        model.Pack(training: true);
        using var graph = new TrainingGraph(model, micro, 64, 64);
        using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 0, ClipNorm = 0 });
        using var start = Model(device, seed: 6);
        start.Pack(training: false);
        using var reference = objective.Options.KlCoefficient > 0 ? ReferencePolicy.Beside(start, null, 256, 64, 0.9) : null;
        var trainer = new PolicyTrainer(graph, optimizer, objective, 40, 0.9, shared) { SkipsIdle = skips, Reference = reference };
        var metrics = new PolicyMetrics();
        var done = trainer.Step(batch, 1, metrics, isSamplers: known);
        done.Applied.ShouldBeTrue();
        var gradient = new double[model.Parameters.BufferLength];
        model.Parameters.Gradients.Read(0, gradient);
        return (gradient, done.Loss, trainer.Idle, metrics);
    }

    private static LanguageModel Model(Device device, ulong seed = 5)
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
            TieWordEmbeddings = true,
        });
        model.Initialise(seed);
        return model;
    }
}
