using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>An adapter on the tape: what is sampled is what is trained, whatever holds the base, and gradients are slopes.</summary>
public sealed class AdaptedTapeTests
{
    private static readonly AdapterConfiguration Everything = new() { Rank = 3, Alpha = 5, HasMagnitudes = true, RankPattern = [new("up_proj", 2)], ModulesToSave = ["norm", "lm_head"] };

    [Theory]
    [InlineData(WeightStorage.F32)]
    [InlineData(WeightStorage.BF16)]
    [InlineData(WeightStorage.Q8_0)]
    public void Sampler_and_trainer_give_the_same_bits_over_a_base_in_any_storage(WeightStorage storage)
    {
        using var device = Device.Cpu(2);
        using var opened = PretrainedModel.Open(FixtureModels.Folder("qwen3"));
        using var model = opened.LoadWeights(device, storage);
        model.Adapt(RandomAdapter.Make(model, Everything, 7), Everything, null);
        model.Pack(training: true);
        using var sampler = new Sampler(model, 8, 96);
        var requests = Enumerable.Range(0, 6).Select(i => new SampleRequest([.. Enumerable.Range(3 + i, 5 + (9 * i))], 20, [.. Enumerable.Range(0, 2).Select(s => new RandomStream(1, StreamStage.Test, problem: i, sample: s))])).ToArray();
        var drawn = sampler.Sample(requests, new SamplingOptions(), []);
        using var graph = new TrainingGraph(model, 1024, 32, 96, recomputation: Recomputation.Layers);
        var rows = requests.SelectMany((r, i) => drawn[i].Select(d => (graph.Batch.AddSequence(r.Prompt, d.Tokens) + r.Prompt.Length - 1, d))).ToArray();
        graph.Forward();
        var statistics = new float[4 * graph.Batch.Tokens];
        graph.Head.Statistics.Value.Read(0, statistics);
        var compared = 0;
        foreach (var (row, rollout) in rows)
            for (var t = 0; t < rollout.Tokens.Length; t++, compared++) statistics[4 * (row + t)].ShouldBe(rollout.LogProbabilities[t]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{storage}: {compared} log-probabilities, the same bits");
    }

    [Theory]
    [InlineData(WeightStorage.F32)]
    [InlineData(WeightStorage.BF16)]
    public void Gradients_do_not_depend_on_how_the_base_is_held_nor_on_what_is_made_again_nor_on_threads(WeightStorage storage)
    {
        using var opened = PretrainedModel.Open(FixtureModels.Folder("llama_bf16"));
        var expected = Gradients(opened, null, Recomputation.None, 1);
        foreach (var recomputation in Enum.GetValues<Recomputation>())
            foreach (var threads in new[] { 1, 2 }) Gradients(opened, storage, recomputation, threads).ShouldBe(expected, $"{storage}, {recomputation}, {threads} threads");
        Gradients(opened, null, Recomputation.Layers, 2).ShouldBe(expected);
    }

    [Fact]
    public void Gradient_is_the_slope_of_the_loss()
    {
        using var device = Device.Reference();
        using var opened = PretrainedModel.Open(FixtureModels.Folder("qwen3"));
        using var model = opened.LoadWeights(device);
        // Norms are constants for the gradient: without magnitudes everything is a slope; with them, the magnitudes and what is saved are.
        foreach (var magnitudes in new[] { false, true })
        {
            var settings = Everything with { HasMagnitudes = magnitudes };
            model.Adapt(RandomAdapter.Make(model, settings, 5), settings, null);
            model.Pack(training: true);
            using var graph = new TrainingGraph(model, 32, 2, 32, recomputation: Recomputation.Layers);
            Loss(graph, backward: true);
            var checks = 0;
            foreach (var parameter in model.Trained.Parameters.Where(p => !magnitudes || !p.Name.Contains("lora_A", StringComparison.Ordinal) && !p.Name.Contains("lora_B", StringComparison.Ordinal)))
            {
                var index = new RandomStream(3, StreamStage.Test, problem: parameter.Offset).Next((int)parameter.Length);
                double[] value = new double[1], gradient = new double[1];
                model.Trained.Values.Read(parameter.Offset + index, value);
                model.Trained.Gradients.Read(parameter.Offset + index, gradient);
                double At(double moved)
                {
                    model.Trained.Values.Write(parameter.Offset + index, [moved]);
                    model.Trained.Values.Read(parameter.Offset + index, value);
                    model.Pack(training: true);
                    return Loss(graph, backward: false);
                }

                var at = value[0];
                var slope = (At(at + 1e-5) - At(at - 1e-5)) / 2e-5;
                At(at);
                gradient[0].ShouldBe(slope, 1e-6 * (1 + Math.Abs(slope)), $"{parameter.Name}[{index}]");
                checks++;
            }

            checks.ShouldBeGreaterThan(magnitudes ? 20 : 30);
        }
    }

    [Fact]
    public void With_magnitudes_beside_the_base_is_what_is_merged()
    {
        using var folder = new TemporaryFolder();
        var path = RandomAdapter.Write(folder.File("dora"), FixtureModels.Folder("llama_bias_tied"), Everything with { TargetModules = AdapterConfiguration.AllLinear }, 3);
        using var device = Device.Reference();
        using var opened = PretrainedModel.Open(path);
        using var beside = opened.LoadWeights(device);
        var source = new MergedTensors(opened, opened.Adapter!);
        using var merged = new LanguageModel(device, source.Configuration);
        merged.Load(source);
        merged.Pack(training: false);
        int[] ids = [.. Enumerable.Range(10, 20)];
        using EngineRun one = new(beside, ids), two = new(merged, ids);
        for (var t = 0; t < ids.Length - 1; t++) one.LogProbability(0, t).ShouldBe(two.LogProbability(0, t), 1e-5);
    }

    [Fact]
    public void Written_and_read_again_it_is_the_same()
    {
        using var folder = new TemporaryFolder();
        var path = RandomAdapter.Write(folder.File("a"), FixtureModels.Folder("qwen3"), Everything, 9);
        using var device = Device.Cpu(1);
        using var opened = PretrainedModel.Open(path);
        using var model = opened.LoadWeights(device, WeightStorage.F32);
        Directory.CreateDirectory(folder.File("b"));
        AdapterWriter.Write(folder.File("b"), model.Adapter!, model.AdapterConfiguration!, model.AdapterBase);
        foreach (var name in new[] { AdapterConfiguration.FileName, AdapterFile.WeightsName }) File.ReadAllBytes(Path.Combine(folder.File("b"), name)).ShouldBe(File.ReadAllBytes(Path.Combine(path, name)));
    }

    private static float[] Gradients(PretrainedModel opened, WeightStorage? storage, Recomputation recomputation, int threads)
    {
        using var device = Device.Cpu(threads);
        using var model = opened.LoadWeights(device, storage);
        model.Adapt(RandomAdapter.Make(model, Everything, 11), Everything, null);
        model.Pack(training: true);
        using var graph = new TrainingGraph(model, 512, 16, 128, recomputation: recomputation);
        Loss(graph, backward: true);
        var gradients = new float[model.Trained.BufferLength];
        model.Trained.Gradients.Read(0, gradients);
        return gradients;
    }

    /// <summary>Of some sequences, one of them long.</summary>
    private static double Loss(TrainingGraph graph, bool backward)
    {
        graph.Batch.Clear();
        var lengths = graph.Tape.TokenCapacity > 100 ? new[] { 100, 7, 33, 1, 12 } : [20, 7];
        foreach (var length in lengths) graph.Batch.AddSequence([.. Enumerable.Range(0, length).Select(i => 5 + (i * 7 % 200))], 1, length);
        var upstream = new double[2 * graph.Batch.Tokens];
        for (var t = 0; t < graph.Batch.Tokens; t++) (upstream[2 * t], upstream[(2 * t) + 1]) = (-1.0 / graph.Batch.Tokens, 0.1 / graph.Batch.Tokens);
        graph.Head.Upstream.Value.Write(0, upstream);
        graph.Forward();
        var statistics = new double[4 * graph.Batch.Tokens];
        graph.Head.Statistics.Value.Read(0, statistics);
        if (backward) graph.Backward();
        return Enumerable.Range(0, graph.Batch.Tokens).Sum(t => (statistics[4 * t] * upstream[2 * t]) + (statistics[(4 * t) + 1] * upstream[(2 * t) + 1]));
    }
}
