using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// One step of AdamW on all parameters and one of Muon (matrices of the blocks; AdamW for the rest), on random gradients and
/// without clipping, as the PyTorch peer does them. Prints the median of fifteen after three to warm up.
/// </summary>
internal static class OptimizerBenchmark
{
    public static void Run(string shape, int threads, int repeats)
    {
        using var device = Device.Cpu(threads);
        using var model = Shapes.Model(shape, device);
        model.Parameters.MakeGradients();
        FillGradients(model.Parameters);
        var times = new Dictionary<OptimizerKind, double>();
        foreach (var kind in (OptimizerKind[])[OptimizerKind.AdamW, OptimizerKind.Muon])
        {
            using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = kind, LearningRate = 1e-4, WeightDecay = 0.01, ClipNorm = 0 });
            var seconds = new double[repeats];
            for (var i = -3; i < repeats; i++)
            {
                var start = Stopwatch.GetTimestamp();
                optimizer.Step(0, 1);
                if (i >= 0) seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }

            Array.Sort(seconds);
            times[kind] = seconds[repeats / 2];
        }

        Console.WriteLine($"optim {shape} threads {threads}: AdamW {times[OptimizerKind.AdamW] * 1e3:F2} ms, Muon {times[OptimizerKind.Muon] * 1e3:F2} ms");
    }

    private static void FillGradients(ParameterStore store)
    {
        var stream = new RandomStream(0, StreamStage.Test);
        var values = new float[store.BufferLength];
        for (var i = 0; i < values.Length; i++) values[i] = (float)stream.NextNormal();
        store.Gradients.Write(0, values);
    }
}
