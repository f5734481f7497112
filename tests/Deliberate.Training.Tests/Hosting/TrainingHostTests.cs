using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>
/// Adapters that programs elsewhere train over one base: gradients and steps are those of this program's own trainers to the bit, losses are
/// their formulas, samples have the trainer's log-probabilities, and what was saved goes on as if it had never stopped.
/// </summary>
public sealed class TrainingHostTests : IDisposable
{
    private static readonly AdapterConfiguration Shape = new() { Rank = 4, Alpha = 32 };

    private readonly TrainedBase _trained;
    private readonly TrainingHost _host;

    public TrainingHostTests(TrainedBase trained) => (_trained, _host) = (trained, TrainingHost.Open(trained.Checkpoint, 1, 96, new ModelHostOptions { Slots = 4 }));

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_supervised_pass_and_step_have_the_bits_of_the_supervised_trainer()
    {
        SupervisedExample[] examples = [.. Enumerable.Range(0, 6).Select(i => new SupervisedExample(Tokens(12 + (5 * i), i), 3 + i))];
        var targets = examples.Sum(e => e.Targets);
        // The same rows: behind the last token nothing is asked.
        LossDatum[] data = [.. examples.Select(e => new LossDatum(e.Tokens, [.. e.Tokens[1..], 0]) { Weights = [.. Enumerable.Range(1, e.Tokens.Length - 1).Select(t => t >= e.FirstTarget ? 1.0 / targets : 0), 0] })];
        var (before, gradient, loss, after) = await _host.RunAsync(() =>
        {
            using var hosted = _host.Create(Shape, seed: 3);
            var weights = Values(hosted.Adapter.Parameters.Values);
            var result = Pass(hosted, data, "cross_entropy");
            var slopes = Values(hosted.Adapter.Parameters.Gradients);
            hosted.Step(0.01, 0.9, 0.95, 1e-8, 0, 0);
            return (weights, slopes, result.Loss, Values(hosted.Adapter.Parameters.Values));
        });

        using var own = Own(seed: 3, out var graph, out var optimizer);
        Values(own.Trained.Values).ShouldBe(before);
        using var trainer = new SupervisedTrainer(graph, optimizer);
        var step = trainer.Step(examples, 1);
        step.Loss.ShouldBe(loss, 1e-6);
        Values(own.Trained.Gradients).ShouldBe(gradient, "to the bit");
        gradient.ShouldContain(g => g != 0);
        Values(own.Trained.Values).ShouldBe(after, "to the bit");
        optimizer.Dispose();
        graph.Dispose();
    }

    [Theory]
    [InlineData("importance_sampling", 1, double.PositiveInfinity)]
    [InlineData("ppo", 0.2, 0.2)]
    public async Task A_pass_of_a_policy_loss_has_the_bits_of_the_policy_trainer(string loss, double low, double high)
    {
        var random = new RandomStream(4, StreamStage.Test);
        PolicySample[] samples = [.. Enumerable.Range(0, 5).Select(i =>
        {
            var (prompt, completion) = (Tokens(4 + i, i), Tokens(6 + i, 20 + i));
            float[] sampled = [.. completion.Select(_ => (float)(-0.5 - (4 * random.NextDouble())))];
            return new PolicySample(prompt, new Rollout(completion, sampled, sampled, FinishReason.Length), i % 2 == 0 ? 0.7 : -1.1);
        })];
        LossDatum[] data = [.. samples.Select(s => new LossDatum([.. s.Prompt, .. s.Rollout.Tokens], [.. s.Prompt[1..], .. s.Rollout.Tokens, 0])
        {
            Sampled = [.. s.Prompt[1..].Select(_ => 0.0), .. s.Rollout.LogProbabilities.Select(l => (double)l), 0],
            Advantages = [.. s.Prompt[1..].Select(_ => 0.0), .. s.Rollout.Tokens.Select(_ => s.Advantage), 0],
        })];
        var (gradient, sum) = await _host.RunAsync(() =>
        {
            using var hosted = _host.Create(Shape, seed: 3);
            // B is zero at first, and A has no gradient: a step apart.
            Pass(hosted, data, "importance_sampling");
            hosted.Step(0.01, 0.9, 0.95, 1e-8, 0, 0);
            var result = Pass(hosted, data, loss);
            return (Values(hosted.Adapter.Parameters.Gradients), result.Loss);
        });

        using var own = Own(seed: 3, out var graph, out var optimizer);
        var options = new PolicyOptions { Aggregation = LossAggregation.TokenSumNorm, ScaleFactor = 1, EpsilonLow = 1, EpsilonHigh = double.PositiveInfinity };
        var trainer = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create("ppo", _ => options), 16, 1);
        trainer.Step(samples, 1, new PolicyMetrics());
        trainer.Objective = PolicyObjectives.Create("ppo", _ => options with { EpsilonLow = low, EpsilonHigh = high });
        trainer.Step(samples, 0, new PolicyMetrics()).Loss.ShouldBe(sum, 1e-6 * Math.Abs(sum));
        Values(own.Trained.Gradients).ShouldBe(gradient, "to the bit");
        optimizer.Dispose();
        graph.Dispose();
    }

    [Theory]
    [InlineData("importance_sampling")]
    [InlineData("ppo")]
    [InlineData("cispo")]
    [InlineData("dro")]
    public void A_loss_is_its_formula_and_its_gradient_the_formulas_slope(string name)
    {
        var loss = HostedLoss.Find(name);
        var settings = loss.With(name switch { "dro" => [new("beta", 0.3)], "importance_sampling" => [], _ => [new("clip_low_threshold", 0.7), new KeyValuePair<string, double>("clip_high_threshold", 1.5)] });
        var objective = loss.Objective!(settings);
        foreach (var (now, old, advantage) in from now in new[] { -0.2, -1.3, -2.9 } from old in new[] { -0.9, -1.4, -2.0 } from advantage in new[] { -1.5, 0.4 } select (now, old, advantage))
        {
            double At(double l, out double slope)
            {
                var gradient = new double[1];
                var value = objective.Evaluate(new PolicyBatch { Offsets = [0, 1], LogpNew = [l], TokenAdvantages = [advantage], LogpOld = [old] }, new BatchNormalisers { Sequences = 1, SequencesWithTokens = 1, Tokens = 1 }, gradient, [], new PolicyMetrics());
                slope = gradient[0];
                return value;
            }

            double Formula(double l, double held)
            {
                var ratio = Math.Exp(l - old);
                return name switch
                {
                    "importance_sampling" => -ratio * advantage,
                    "ppo" => -Math.Min(ratio * advantage, Math.Clamp(ratio, 0.7, 1.5) * advantage),
                    // The weight has no gradient.
                    "cispo" => -Math.Clamp(Math.Exp(held - old), 0.7, 1.5) * l * advantage,
                    _ => -((l * advantage) - (0.5 * 0.3 * (l - old) * (l - old))),
                };
            }

            const double Step = 1e-6;
            At(now, out var slope).ShouldBe(Formula(now, now), 1e-12);
            slope.ShouldBe((Formula(now + Step, now) - Formula(now - Step, now)) / (2 * Step), 1e-6, $"{now} {old} {advantage}");
        }
    }

    [Fact]
    public async Task Passes_add_up_and_a_step_uses_them_up()
    {
        var data = Enumerable.Range(0, 4).Select(i => Supervised(Tokens(20, i))).ToArray();
        await _host.RunAsync(() =>
        {
            using HostedAdapter one = _host.Create(Shape, 1), two = _host.Create(Shape, 1);
            var whole = Pass(one, data, "cross_entropy").Loss;
            // Another model between them does not show.
            var parts = Pass(two, data[..2], "cross_entropy").Loss;
            using (var other = _host.Create(Shape with { Rank = 2 }, 9)) Pass(other, data, "cross_entropy");
            parts += Pass(two, data[2..], "cross_entropy").Loss;
            parts.ShouldBe(whole, 1e-9 * whole);
            (one.Passes, two.Passes).ShouldBe((1, 2));
            Values(two.Adapter.Parameters.Gradients).Zip(Values(one.Adapter.Parameters.Gradients), (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4f);
            // What is only looked at adds nothing.
            two.Pass(data, HostedLoss.Find("cross_entropy"), HostedLoss.Find("cross_entropy").With([]), backward: false).Loss.ShouldBe(whole, 1e-9 * whole);
            two.Passes.ShouldBe(2);
            two.Step(0.01, 0.9, 0.95, 1e-8, 0, 1).ShouldBeGreaterThan(0);
            Should.Throw<UserError>(() => two.Step(0.01, 0.9, 0.95, 1e-8, 0, 0)).Message.ShouldContain("no gradients");
            return true;
        });
    }

    [Fact]
    public async Task What_was_saved_goes_on_to_the_same_bits_and_samples_have_the_trainers_log_probabilities()
    {
        using var folder = new TemporaryFolder();
        var data = Enumerable.Range(0, 3).Select(i => Supervised(Tokens(24, i))).ToArray();
        var (straight, saved) = await _host.RunAsync(() =>
        {
            using var model = _host.Create(Shape, 1);
            Train(model, 3);
            model.Save(folder.File("state"), state: true);
            model.Save(folder.File("sampler"), state: false);
            var logp = model.Pass(data, HostedLoss.Find("cross_entropy"), HostedLoss.Find("cross_entropy").With([]), backward: false).LogProbabilities;
            Train(model, 3);
            return (Values(model.Adapter.Parameters.Values), logp);
        });
        await _host.RunAsync(() =>
        {
            using HostedAdapter again = _host.Create(Shape, 77), fresh = _host.Create(Shape, 78), other = _host.Create(Shape with { Rank = 2 }, 1);
            again.Load(folder.File("state"), withOptimizer: true);
            again.Steps.ShouldBe(3);
            Train(again, 3);
            Values(again.Adapter.Parameters.Values).ShouldBe(straight);
            // Without the moments it is another course from the same weights.
            fresh.Load(folder.File("state"), withOptimizer: false);
            fresh.Steps.ShouldBe(0);
            Train(fresh, 3);
            Values(fresh.Adapter.Parameters.Values).ShouldNotBe(straight);
            Should.Throw<UserError>(() => other.Load(folder.File("state"), true)).Message.ShouldContain("rank 4");
            Should.Throw<UserError>(() => fresh.Load(folder.File("sampler"), true)).Message.ShouldContain("weights for a sampler");
            return true;
        });

        using var adapter = _host.Model.LoadAdapter(folder.File("sampler"));
        _host.Score([.. data[0].Tokens, data[0].Targets[^1]], adapter).ShouldBe(saved[0]);
        var drawn = await _host.SampleAsync(data[0].Tokens[..6], 3, 10, new SamplingOptions(), 5, [], [], adapter, CancellationToken.None);
        foreach (var sample in drawn)
            _host.Score([.. data[0].Tokens[..6], .. sample.Tokens], adapter)[5..].ShouldBe(sample.LogProbabilities, "sampler and trainer compute the same");
        (await _host.SampleAsync(data[0].Tokens[..6], 3, 10, new SamplingOptions(), 5, [], [], adapter, CancellationToken.None)).Select(s => string.Join(' ', s.Tokens)).ShouldBe(drawn.Select(s => string.Join(' ', s.Tokens)));

        void Train(HostedAdapter model, int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                Pass(model, data, "cross_entropy");
                model.Step(0.01, 0.9, 0.95, 1e-12, 0, 0);
            }
        }
    }

    [Fact]
    public async Task What_is_no_number_leaves_the_weights_alone()
    {
        var good = Supervised(Tokens(10, 1));
        var bad = new LossDatum(good.Tokens, good.Targets) { Sampled = [.. good.Targets.Select(_ => -5000.0)], Advantages = [.. good.Targets.Select(_ => 1.0)] };
        await _host.RunAsync(() =>
        {
            using var model = _host.Create(Shape, 1);
            var before = Values(model.Adapter.Parameters.Values);
            Should.Throw<UserError>(() => Pass(model, [bad], "importance_sampling")).Message.ShouldContain("nothing can be learned from");
            Should.Throw<UserError>(() => model.Step(0.1, 0.9, 0.95, 1e-8, 0, 0)).Message.ShouldContain("no gradients");
            Should.Throw<UserError>(() => Pass(model, [Supervised(Tokens(200, 1))], "cross_entropy")).Message.ShouldContain("--micro-batch-tokens");
            Values(model.Adapter.Parameters.Values).ShouldBe(before);
            return true;
        });
        Should.Throw<UserError>(() => HostedLoss.Find("dpo")).Message.ShouldContain("cross_entropy, importance_sampling, ppo, cispo, dro");
        Should.Throw<UserError>(() => HostedLoss.Find("ppo").With([new("beta", 1)])).Message.ShouldContain("clip_low_threshold and clip_high_threshold");
    }

    private static LossResult Pass(HostedAdapter model, IReadOnlyList<LossDatum> data, string loss) => model.Pass(data, HostedLoss.Find(loss), HostedLoss.Find(loss).With([]), backward: true);

    private static LossDatum Supervised(int[] tokens) => new(tokens[..^1], tokens[1..]) { Weights = [.. tokens[1..].Select(_ => 1.0)] };

    private int[] Tokens(int count, int seed)
    {
        var random = new RandomStream((ulong)seed, StreamStage.Test);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(_host.Weights.Configuration.VocabularySize))];
    }

    /// <summary>The same base with the same new adapter, as a run that trains one has them.</summary>
    private LanguageModel Own(ulong seed, out TrainingGraph graph, out Optimizer optimizer)
    {
        using var opened = PretrainedModel.Open(_trained.Checkpoint);
        var model = opened.LoadWeights(Device.Cpu(1), WeightStorage.F32);
        var adapter = AdapterLayout.New(model, Shape, "adapter");
        AdapterLayout.Initialise(adapter, model, seed);
        model.Adapt(adapter, Shape, null);
        model.Pack(training: true);
        graph = new TrainingGraph(model, 96, 16, 96);
        optimizer = new Optimizer(model.Device, model.Trained, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 0.01, Epsilon = 1e-8, ClipNorm = 0 });
        return model;
    }

    private static float[] Values(DeviceBuffer buffer)
    {
        var values = new float[buffer.Length];
        buffer.Read(0, values);
        return values;
    }
}
