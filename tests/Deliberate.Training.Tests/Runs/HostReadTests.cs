using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>
/// How often the host waits for a card in a step of training, counted where memory is read: the numbers that docs/gpu.md states, whatever the
/// number of micro-batches.
/// </summary>
public sealed class HostReadTests : IDisposable
{
    private const int Vocabulary = 37, Context = 40, MicroBatch = 100;

    /// <summary>Of its own: reads of other tests must not be counted.</summary>
    private readonly Device _card = GraphicsChoice.Emulate();
    private readonly LanguageModel _model;

    public HostReadTests()
    {
        _model = new LanguageModel(_card, Configuration);
        _model.Initialise(3);
        _model.Pack(training: true);
    }

    public static TheoryData<string> Objectives => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    private static ModelConfiguration Configuration => new()
    {
        Architecture = "llama",
        VocabularySize = Vocabulary,
        HiddenSize = 16,
        IntermediateSize = 24,
        LayerCount = 2,
        HeadCount = 2,
        KeyValueHeadCount = 1,
        HeadSize = 8,
        TieWordEmbeddings = true,
    };

    public void Dispose()
    {
        _model.Dispose();
        _card.Dispose();
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    [InlineData(OptimizerKind.Sgd)]
    internal void A_step_on_examples_reads_once(OptimizerKind kind)
    {
        using var graph = new TrainingGraph(_model, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, _model.Parameters, new OptimizerOptions { Kind = kind });
        var trainer = new SupervisedTrainer(graph, optimizer);
        var examples = Examples(9, _ => null);
        var before = Weights();
        Reads(() => trainer.Step(examples, 1).Applied.ShouldBeTrue()).ShouldBe(1);
        Weights().ShouldNotBe(before);
        Reads(() => trainer.Measure(examples)).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_of_an_adapter_reads_once(bool magnitudes)
    {
        var configuration = new AdapterConfiguration { Rank = 4, HasMagnitudes = magnitudes };
        var adapter = AdapterLayout.New(_model, configuration, "adapter");
        AdapterLayout.Initialise(adapter, _model, 1);
        _model.Adapt(adapter, configuration, baseWeights: null);
        _model.Pack(training: true);
        using var graph = new TrainingGraph(_model, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, _model.Trained, new OptimizerOptions { LearningRate = 1e-2 });
        var trainer = new SupervisedTrainer(graph, optimizer);
        var examples = Examples(9, _ => null);
        double first = 0, second = 0;
        Reads(() => first = trainer.Step(examples, 1).Loss).ShouldBe(1);
        Reads(() => second = trainer.Step(examples, 1).Loss).ShouldBe(1);
        second.ShouldBeLessThan(first);
    }

    /// <summary>The first update knows what the sampler computed; the second has moved on.</summary>
    [Theory]
    [MemberData(nameof(Objectives))]
    public void An_update_of_every_objective_reads_once_and_once_more_for_a_reference_or_a_look_at_the_whole_batch(string objective)
    {
        using var graph = new TrainingGraph(_model, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, _model.Parameters, new OptimizerOptions { LearningRate = 1e-3 });
        var made = PolicyObjectives.Create(objective, o => o with { EntropyCoefficient = 0.01 });
        var trainer = new PolicyTrainer(graph, optimizer, made, Context, 0.9);
        var samples = Samples(trainer);
        Reads(() => trainer.Step(samples, 1, new PolicyMetrics(), isSamplers: true).Applied.ShouldBeTrue()).ShouldBe(1);
        trainer.Mismatch.ShouldBe(0);
        var metrics = new PolicyMetrics();
        Reads(() => trainer.Step(samples, 1, metrics).Applied.ShouldBeTrue()).ShouldBe(made.Options.KlCovRatio > 0 ? 2 : 1);
        (metrics.RatioMax > 1 && metrics.RatioMin < 1).ShouldBeTrue("the policy has moved");
        using var reference = ReferencePolicy.Beside(_model, null, MicroBatch, Context, 0.9);
        var masked = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create(objective, o => o with { KlCoefficient = 0.1, TopEntropyQuantile = 0.5 }), Context, 0.9) { Reference = reference };
        Reads(() => masked.Step(samples, 1, new PolicyMetrics()).Applied.ShouldBeTrue()).ShouldBe(3);
    }

    /// <summary>Samples without a slope are left out on a card too, and where that leaves nothing there is nothing to wait for but the end.</summary>
    [Fact]
    public void An_update_that_leaves_idle_samples_out_reads_once_and_is_the_same()
    {
        using var graph = new TrainingGraph(_model, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, _model.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 0 });
        PolicyTrainer Trainer(bool skips) => new(graph, optimizer, PolicyObjectives.Create("grpo"), Context, 0.9) { SkipsIdle = skips };
        var samples = Samples(Trainer(false));
        for (var i = 0; i < samples.Count; i += 3) samples[i] = samples[i] with { Advantage = 0 };
        var whole = Trainer(false).Step(samples, 1, new PolicyMetrics(), isSamplers: true);
        var trainer = Trainer(true);
        Reads(() => trainer.Step(samples, 1, new PolicyMetrics(), isSamplers: true).ShouldBe(whole)).ShouldBe(1);
        (trainer.Idle, trainer.Mismatch).ShouldBe((4, 0));
        // The card's own gradient is in float32.
        var again = whole;
        Reads(() => again = trainer.Step(samples, 1, new PolicyMetrics())).ShouldBe(1);
        (again.Loss, trainer.Idle).ShouldBe((whole.Loss, 4));
        again.GradientNorm.ShouldBe(whole.GradientNorm, 1e-5 * whole.GradientNorm);
        List<PolicySample> idle = [.. samples.Select(s => s with { Advantage = 0 })];
        Reads(() => trainer.Step(idle, 1, new PolicyMetrics(), isSamplers: true).GradientNorm.ShouldBe(0)).ShouldBe(1);
    }

    /// <summary>Updates whose gradients the card makes, behind shared prompts, with a mask and a sampler's weights, beside those of the processor.</summary>
    [Theory]
    [MemberData(nameof(Objectives))]
    public void Updates_on_a_card_are_those_of_the_processor(string objective)
    {
        using var processor = Device.Cpu(1);
        using var model = new LanguageModel(processor, Configuration);
        model.LoadShared(_model);
        model.Pack(training: true);
        var samples = Samples(null);
        for (var i = 1; i < samples.Count; i += 2) samples[i] = samples[i] with { Prompt = samples[i - 1].Prompt };
        foreach (var sample in samples) (sample.Mask, sample.TokenWeights) = ([.. sample.Rollout.Tokens.Select((_, t) => t % 4 == 3 ? 0.0 : 1)], [.. sample.Rollout.Tokens.Select((_, t) => 1 + (t % 3 * 0.2))]);
        samples = [.. samples.Select(s => s with { Old = [.. s.Rollout.Tokens.Select((t, at) => (double)(float)(-Math.Log(Vocabulary) + (0.1 * Math.Sin(t + at))))] })];
        var (card, host) = (Updates(_card, _model), Updates(processor, model));
        for (var i = 0; i < host.Length; i++)
        {
            card[i].Step.Loss.ShouldBe(host[i].Step.Loss, 1e-4 * Math.Max(1, Math.Abs(host[i].Step.Loss)));
            card[i].Step.GradientNorm.ShouldBe(host[i].Step.GradientNorm, 1e-3 * host[i].Step.GradientNorm);
            foreach (var (found, expected) in card[i].Metrics.Parts.Zip(host[i].Metrics.Parts))
                if (double.IsFinite(expected)) found.ShouldBe(expected, 1e-3 * Math.Max(1, Math.Abs(expected)));
                else found.ShouldBe(expected);
        }

        (TrainingStep Step, PolicyMetrics Metrics)[] Updates(Device device, LanguageModel trained)
        {
            using var graph = new TrainingGraph(trained, MicroBatch, 8, Context);
            using var optimizer = new Optimizer(device, trained.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 1e-2, ClipNorm = 0.5 });
            using var reference = ReferencePolicy.Beside(trained, null, MicroBatch, Context, 0.9);
            var trainer = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create(objective, o => o with { KlCoefficient = 0.1, EntropyCoefficient = 0.01 }), Context, 0.9, sharesPrompts: true) { Reference = reference };
            return [.. Enumerable.Range(0, 2).Select(_ =>
            {
                var metrics = new PolicyMetrics();
                return (trainer.Step(samples, 1, metrics), metrics);
            })];
        }
    }

    [Fact]
    public void An_objective_of_ones_own_is_computed_on_the_host_with_a_read_each_micro_batch()
    {
        using var graph = new TrainingGraph(_model, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, _model.Parameters, new OptimizerOptions { LearningRate = 1e-3 });
        var ours = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create("reinforce"), Context, 1);
        var samples = Samples(ours);
        var batch = 0;
        for (var first = 0; first < samples.Count; batch++) first += PolicyScorer.Pack(graph.Batch, samples, first, new int[8]);
        batch.ShouldBeGreaterThan(2);
        var trainer = new PolicyTrainer(graph, optimizer, new OwnObjective(), Context, 1);
        Reads(() => trainer.Step(samples, 1, new PolicyMetrics()).Applied.ShouldBeTrue()).ShouldBe(batch + 1);
    }

    [Fact]
    public void A_critics_step_reads_once_and_its_values_once()
    {
        using var critic = new LanguageModel(_card, Configuration with { OutputHead = new OutputHead(HeadUnit.Token, 1) });
        critic.Initialise(4);
        critic.Pack(training: true);
        using var graph = new HeadGraph(critic, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, critic.Parameters, new OptimizerOptions());
        var trainer = new CriticTrainer(graph, optimizer, new PolicyOptions(), 0.5, Context);
        var samples = Samples(null);
        double[] values = [];
        Reads(() => values = trainer.Values(samples)).ShouldBe(1);
        var at = 0;
        List<PolicySample> valued = [.. samples.Select(s => s with { Values = values[at..(at += s.Rollout.Tokens.Length)], Returns = [.. s.Rollout.Tokens.Select(_ => 1.0)] })];
        double first = 0, second = 0;
        Reads(() => first = trainer.Step(valued, 1, out _).Loss).ShouldBe(1);
        second = trainer.Step(valued, 1, out _).Loss;
        second.ShouldBeLessThan(first);
    }

    [Theory]
    [InlineData("outcome", 1)]
    [InlineData("process", 2)]
    [InlineData("preference", 1)]
    public void A_reward_models_step_reads_once(string kind, int outputs)
    {
        using var judge = new LanguageModel(_card, Configuration with { OutputHead = new OutputHead(kind == "process" ? HeadUnit.Token : HeadUnit.LastToken, outputs) });
        judge.Initialise(4);
        judge.Pack(training: true);
        using var optimizer = new Optimizer(_card, judge.Parameters, new OptimizerOptions { LearningRate = 1e-2 });
        using var trainer = new RewardTrainer(judge, optimizer, new RewardModelRecipe { Kind = Enum.Parse<RewardModelKind>(kind, ignoreCase: true) }, MicroBatch, Context);
        var examples = Examples(8, i => kind == "preference" ? new ExampleLabels { Split = 9 } : new ExampleLabels { Rows = [4, 7], Targets = outputs == 2 ? [[1, 0], [0.3, 0.7]] : [[i % 2], [i % 2]] });
        double first = 0, second = 0;
        Reads(() => first = trainer.Step(examples, 1).Loss).ShouldBe(1);
        Reads(() => second = trainer.Step(examples, 1).Loss).ShouldBe(1);
        second.ShouldBeLessThan(first);
        Reads(() => trainer.Measure(examples)).ShouldBe(1);
        trainer.Accuracy.ShouldNotBeNull();
    }

    [Fact]
    public void A_step_whose_gradient_is_not_finite_changes_nothing_and_is_not_counted()
    {
        using var graph = new TrainingGraph(_model, MicroBatch, 8, Context);
        using var optimizer = new Optimizer(_card, _model.Parameters, new OptimizerOptions());
        var trainer = new SupervisedTrainer(graph, optimizer);
        var examples = Examples(5, _ => null);
        trainer.Step(examples, 1).Applied.ShouldBeTrue();
        _model.Parameters.Values.Write(_model.Parameters["model.norm.weight"].Offset, [float.PositiveInfinity]);
        var before = Weights();
        var step = trainer.Step(examples, 1);
        (step.Applied, double.IsFinite(step.Loss)).ShouldBe((false, false));
        optimizer.Steps.ShouldBe(1);
        Weights().ShouldBe(before);
    }

    /// <summary>All samples in flight at once: their statistics, and their rows of logits where those decide.</summary>
    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(1.0, 2)]
    [InlineData(0.7, 2)]
    public void A_token_of_all_samples_reads_once_where_the_likeliest_is_taken_and_else_twice(double temperature, int reads)
    {
        using var sampler = new Sampler(_model, 6, Context);
        SampleRequest[] requests = [.. Enumerable.Range(0, 3).Select(i => new SampleRequest([1, 2, i], 5, [new RandomStream(1, StreamStage.Test, problem: i), new RandomStream(2, StreamStage.Test, problem: i)]))];
        var options = new SamplingOptions { Temperature = temperature };
        var rollouts = Array.Empty<Rollout[]>();
        Reads(() => rollouts = sampler.Sample(requests, options, [])).ShouldBe(5 * reads);
        rollouts.Length.ShouldBe(3);
    }

    private double[] Weights()
    {
        var values = new double[_model.Parameters.BufferLength];
        _model.Parameters.Values.Read(0, values);
        return values;
    }

    private long Reads(Action work)
    {
        var before = _card.HostReads;
        work();
        return _card.HostReads - before;
    }

    private static List<SupervisedExample> Examples(int count, Func<int, ExampleLabels?> labels)
    {
        var random = new RandomStream(2, StreamStage.Test);
        var examples = new List<SupervisedExample>();
        for (var i = 0; i < count; i++)
        {
            var tokens = new int[18 + (i % 5)];
            foreach (ref var token in tokens.AsSpan()) token = random.Next(Vocabulary);
            examples.Add(new SupervisedExample(tokens, 2) { Labels = labels(i) });
        }

        return examples;
    }

    /// <summary>With what the policy itself says of their tokens, where it is given.</summary>
    private static List<PolicySample> Samples(PolicyTrainer? policy)
    {
        var random = new RandomStream(3, StreamStage.Test);
        var samples = new List<PolicySample>();
        for (var i = 0; i < 12; i++)
        {
            int[] prompt = new int[3 + (i % 3)], tokens = new int[8 + i];
            foreach (ref var token in prompt.AsSpan()) token = random.Next(Vocabulary);
            foreach (ref var token in tokens.AsSpan()) token = random.Next(Vocabulary);
            samples.Add(new PolicySample(prompt, new Rollout(tokens, [], new float[tokens.Length], FinishReason.Stop) { Entropies = new float[tokens.Length] }, random.NextNormal()));
        }

        if (policy is null) return samples;
        var (logp, at) = (policy.Score(samples), 0);
        return [.. samples.Select(s => s with { Rollout = s.Rollout with { BehaviourLogProbabilities = [.. logp[at..(at += s.Rollout.Tokens.Length)].Select(l => (float)l)] } })];
    }

    private sealed class OwnObjective() : PolicyObjective("own", new PolicyOptions())
    {
        protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
        {
            double loss = 0;
            for (var t = 0; t < sequence.Length; t++)
            {
                loss -= sequence.Coefficients[t] * sequence.Advantage(t) * sequence.LogpNew[t];
                gradLogp[t] -= sequence.Coefficients[t] * sequence.Advantage(t);
            }

            return loss;
        }
    }
}
