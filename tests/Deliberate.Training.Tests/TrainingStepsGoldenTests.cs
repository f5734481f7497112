using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>Three whole AdamW steps on a tiny Llama, as torch 2.13 makes them in float64: ../shared/fixtures/optimizer/training.json.</summary>
public sealed class TrainingStepsGoldenTests
{
    [Theory]
    [InlineData("cpu", 1e-4)]
    [InlineData("reference", 1e-8)]
    public void Losses_norms_and_parameters_after_three_steps_are_torchs(string deviceName, double tolerance)
    {
        var golden = SharedFolder.Json("fixtures", "optimizer", "training.json");
        var folder = SharedFolder.Path("fixtures", "models", "llama");
        using var device = deviceName == "cpu" ? Device.Cpu(2) : Device.Reference();
        using var model = new LanguageModel(device, ModelConfiguration.Load(folder));
        using (var weights = WeightSource.Open(folder)) model.Load(weights);
        model.Pack(training: true);
        var batch = golden.GetProperty("batch").EnumerateArray().Select(s => s.EnumerateArray().Select(t => t.GetInt32()).ToArray()).ToArray();
        var spans = golden.GetProperty("target_spans").EnumerateArray().Select(s => (First: s[0].GetInt32(), End: s[1].GetInt32())).ToArray();
        // The trainer's targets run to the end of a sequence; what stands behind the span cannot change it.
        var examples = batch.Select((tokens, i) => new SupervisedExample(tokens[..spans[i].End], spans[i].First)).ToArray();
        var betas = golden.GetProperty("betas");
        using var optimizer = new Optimizer(device, model.Parameters, Options());
        using var graph = new TrainingGraph(model, 256, 8, 128);
        var trainer = new SupervisedTrainer(graph, optimizer);
        var losses = golden.GetProperty("losses64").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var norms = golden.GetProperty("gradient_norms64").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var rates = golden.GetProperty("lr").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var step = trainer.Step(examples, rates[i]);
            step.Loss.ShouldBe(losses[i], tolerance);
            step.GradientNorm.ShouldBe(norms[i], tolerance * Math.Max(1, norms[i]));
        }

        trainer.Step(examples, 0).Loss.ShouldBe(losses[3], tolerance);
        var compared = 0;
        foreach (var norm in golden.GetProperty("parameter_norms64_after_step_3").EnumerateObject())
        {
            var parameter = model.Parameters[norm.Name];
            var values = new double[parameter.Length];
            model.Parameters.Values.Read(parameter.Offset, values.AsSpan());
            Math.Sqrt(values.Sum(v => v * v)).ShouldBe(norm.Value.GetDouble(), tolerance * Math.Max(1, norm.Value.GetDouble()), norm.Name);
            compared++;
        }

        const string Prefix = "after_step_3_64.";
        using var whole = WeightSource.Open(SharedFolder.Path("fixtures", "optimizer", "training.safetensors"));
        foreach (var name in whole.Names.Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var parameter = model.Parameters[name[Prefix.Length..]];
            double[] values = new double[parameter.Length], expected = new double[parameter.Length];
            model.Parameters.Values.Read(parameter.Offset, values.AsSpan());
            whole.ReadDouble(name, expected);
            for (var i = 0; i < values.Length; i++) values[i].ShouldBe(expected[i], tolerance, name);
            compared += values.Length;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} norms and values after three steps on {deviceName}");

        OptimizerOptions Options() => new()
        {
            Kind = OptimizerKind.AdamW,
            LearningRate = 1,
            Beta1 = betas[0].GetDouble(),
            Beta2 = betas[1].GetDouble(),
            Epsilon = golden.GetProperty("eps").GetDouble(),
            WeightDecay = golden.GetProperty("weight_decay").GetDouble(),
            ClipNorm = golden.GetProperty("clip_global_norm").GetDouble(),
        };
    }
}
