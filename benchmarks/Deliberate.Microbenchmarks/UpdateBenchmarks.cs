using BenchmarkDotNet.Attributes;
using Deliberate.Benchmarks;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>One update of all weights of a model by AdamW or Muon, with the gradient's norm, and the packing that follows it, on one thread.</summary>
public class UpdateBenchmarks
{
    private Device _device = null!;
    private LanguageModel _model = null!;
    private Optimizer _adamW = null!, _muon = null!;

    [Params("S", "M")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _device = Device.Cpu(1);
        _model = Shapes.Model(Shape, _device);
        _model.Parameters.MakeGradients();
        var random = new RandomStream(1, StreamStage.Test);
        var gradients = new float[_model.Parameters.BufferLength];
        for (var i = 0; i < gradients.Length; i++) gradients[i] = (float)((2 * random.NextDouble()) - 1) * 1e-3f;
        _model.Parameters.Gradients.Write(0, gradients);
        _adamW = new Optimizer(_device, _model.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-6 });
        _muon = new Optimizer(_device, _model.Parameters, new OptimizerOptions { Kind = OptimizerKind.Muon, LearningRate = 1e-6, MuonLearningRate = 1e-6 });
        _model.Pack(training: true);
    }

    [Benchmark]
    public void AdamW() => _adamW.Step(_adamW.GradientNorm(), 1);

    [Benchmark]
    public void Muon() => _muon.Step(_muon.GradientNorm(), 1);

    [Benchmark]
    public void Pack() => _model.Pack(training: true);

    [GlobalCleanup]
    public void Cleanup()
    {
        _adamW.Dispose();
        _muon.Dispose();
        _model.Dispose();
        _device.Dispose();
    }
}
