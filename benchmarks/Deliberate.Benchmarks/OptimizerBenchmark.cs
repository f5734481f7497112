using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// One step of AdamW on all parameters and one of Muon (matrices of the blocks; AdamW for the rest), on random gradients and
/// without clipping, as the PyTorch peer does them, on its matrices: queries, keys and values are one, gate and up are one. Then
/// Muon as our own models have it, where each of those is a matrix by itself, which is more work. Medians after three to warm up.
/// </summary>
internal static class OptimizerBenchmark
{
    public static void Run(string shape, int threads, int repeats)
    {
        using var device = Device.Cpu(threads);
        var c = Shapes.Configuration(shape);
        using var joined = Joined(c, device);
        using var model = Shapes.Model(shape, device);
        model.Parameters.MakeGradients();
        Console.WriteLine(
            $"optim {shape} threads {threads}: AdamW {Milliseconds(device, joined, OptimizerKind.AdamW, repeats):F2} ms, Muon {Milliseconds(device, joined, OptimizerKind.Muon, repeats):F2} ms, "
            + $"Muon with queries, keys, values, gate and up apart {Milliseconds(device, model.Parameters, OptimizerKind.Muon, repeats):F2} ms");
    }

    private static double Milliseconds(Device device, ParameterStore store, OptimizerKind kind, int repeats)
    {
        FillGradients(store);
        using var optimizer = new Optimizer(device, store, new OptimizerOptions { Kind = kind, LearningRate = 1e-4, WeightDecay = 0.01, ClipNorm = 0 });
        var times = new double[repeats];
        for (var i = -3; i < repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            optimizer.Step(0, 1);
            if (i >= 0) times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[repeats / 2];
    }

    /// <summary>The parameters of the peer's model.</summary>
    private static ParameterStore Joined(ModelConfiguration c, Device device)
    {
        var store = new ParameterStore(device);
        store.AddLinear("embedding", blockMatrix: false, ("embedding", c.VocabularySize, c.HiddenSize));
        for (var layer = 0; layer < c.LayerCount; layer++)
        {
            foreach (var (name, rows, columns) in (ReadOnlySpan<(string, int, int)>)[
                ("qkv", 3 * c.HiddenSize, c.HiddenSize), ("output", c.HiddenSize, c.HiddenSize), ("gate_up", 2 * c.IntermediateSize, c.HiddenSize), ("down", c.HiddenSize, c.IntermediateSize)])
            {
                store.AddLinear($"{layer}.{name}", blockMatrix: true, ($"{layer}.{name}", rows, columns));
            }

            store.AddVector($"{layer}.attention_norm", c.HiddenSize);
            store.AddVector($"{layer}.mlp_norm", c.HiddenSize);
        }

        store.AddVector("norm", c.HiddenSize);
        store.MakeGradients();
        var random = new RandomStream(1, StreamStage.Test);
        var values = new float[store.BufferLength];
        for (var i = 0; i < values.Length; i++) values[i] = 0.02f * (float)random.NextNormal();
        store.Values.Write(0, values);
        return store;
    }

    private static void FillGradients(ParameterStore store)
    {
        var stream = new RandomStream(0, StreamStage.Test);
        var values = new float[store.BufferLength];
        for (var i = 0; i < values.Length; i++) values[i] = (float)stream.NextNormal();
        store.Gradients.Write(0, values);
    }
}
