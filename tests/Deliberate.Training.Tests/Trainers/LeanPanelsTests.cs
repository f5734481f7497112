using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>The packed weights of a lean model lie in the memory of its gradients while samples are drawn.</summary>
public sealed class LeanPanelsTests
{
    [Theory]
    [InlineData(64, true)]
    [InlineData(60, false)]
    public void Samples_and_the_update_after_them_have_the_bits_of_a_model_with_memory_for_both(int hidden, bool fits)
    {
        var usual = Steps(hidden, lean: false, fits: null);
        var lean = Steps(hidden, lean: true, fits);
        lean.Tokens.ShouldBe(usual.Tokens);
        lean.Weights.ShouldBe(usual.Weights);
        usual.Tokens.Distinct().Count().ShouldBeGreaterThan(20);
    }

    /// <summary>Two steps of sampling and updating.</summary>
    private static (int[] Tokens, float[] Weights) Steps(int hidden, bool lean, bool? fits)
    {
        using var device = Device.Cpu(2);
        using var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 128,
            HiddenSize = hidden,
            IntermediateSize = 128,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 4,
            HeadSize = hidden / 4,
            TieWordEmbeddings = true,
        });
        model.Initialise(5);
        if (lean) model.BecomeLean();
        model.Pack(training: true);
        using var graph = new TrainingGraph(model, 128, 32, 32);
        using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-2 });
        using var sampler = new Sampler(model, 8, 32);
        var trainer = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create("grpo"), 12, 1);
        var tokens = new List<int>();
        for (var step = 0; step < 2; step++)
        {
            var requests = Enumerable.Range(0, 3).Select(p => new SampleRequest([1, 2, 3 + p], 12, [.. Enumerable.Range(0, 4).Select(s => new RandomStream(1, StreamStage.Test, step, p, s))])).ToArray();
            var drawn = sampler.Sample(requests, new SamplingOptions(), [0]);
            // What lies there now is no gradient.
            if (step == 0) Read(model.Parameters.Gradients).Any(g => g != 0).ShouldBe(fits == true);
            tokens.AddRange(drawn.SelectMany(g => g).SelectMany(r => r.Tokens));
            var batch = requests.SelectMany((r, p) => drawn[p].Select((rollout, s) => new PolicySample(r.Prompt, rollout, s - 1.5))).ToArray();
            trainer.Step(batch, 1, new PolicyMetrics(), isSamplers: true).Applied.ShouldBeTrue();
            trainer.Mismatch.ShouldBe(0);
        }

        return ([.. tokens], Read(model.Parameters.Values));
    }

    private static float[] Read(DeviceBuffer buffer)
    {
        var values = new float[buffer.Length];
        buffer.Read(0, values);
        return values;
    }
}
