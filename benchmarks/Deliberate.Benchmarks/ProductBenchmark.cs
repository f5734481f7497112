using System.Globalization;
using System.Runtime.Intrinsics;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// The products of the layers of M and of SmolLM2-135M, and attention, on one thread, as shares of the multiply-adds that the same core
/// does in registers. Both are taken in turn and in processor seconds, so that what else the machine does falls on both; the share printed is
/// the median of the rounds.
/// </summary>
internal static class ProductBenchmark
{
    /// <summary>Outputs x inputs: q, k and v; the attention's output; gate and up; down; the head.</summary>
    private static readonly (string Name, int Outputs, int Inputs)[] s_layers =
    [
        ("M qkv", 1152, 384), ("M output", 384, 384), ("M gate, up", 2048, 384), ("M down", 384, 1024), ("M head", 4096, 384),
        ("SmolLM2 qkv", 960, 576), ("SmolLM2 output", 576, 576), ("SmolLM2 gate, up", 3072, 576), ("SmolLM2 down", 576, 1536), ("SmolLM2 head", 49152, 576),
    ];

    private static readonly int[] s_lengths = [256, 512, 1024, 2048];

    /// <param name="tokens">Rows of each product.</param>
    /// <param name="rounds">Rounds of which the median is taken.</param>
    /// <param name="only">Layers whose names begin so; all if empty.</param>
    public static void Run(int tokens, int rounds, string only)
    {
        Console.WriteLine($"share of the multiply-adds in registers, {tokens} rows, one thread, median of {rounds} rounds; GFLOP/s in brackets");
        foreach (var layer in s_layers.Where(l => l.Name.StartsWith(only, StringComparison.Ordinal))) Layer(layer.Name, layer.Outputs, layer.Inputs, tokens, rounds);
        foreach (var length in s_lengths)
            if ("attention".StartsWith(only, StringComparison.Ordinal)) Attention(length, rounds);
    }

    /// <summary>Causal attention of three heads of 64 on one key head, a third of SmolLM2's; only what a query may see counts as operations.</summary>
    private static void Attention(int length, int rounds)
    {
        using var device = Device.Cpu(1);
        var shape = new AttentionShape(3, 1, 64, 0.125);
        using DeviceBuffer qkvValue = Filled(shape.Columns), qkvGradient = Filled(shape.Columns), yValue = Filled(192), yGradient = Filled(192), sums = Filled(3);
        Tensor qkv = new(shape.Columns, qkvValue) { Gradient = qkvGradient }, y = new(192, yValue) { Gradient = yGradient }, logSumExp = new(3, sums);
        var segment = new Rows(0, length);
        // Two products of length x length x 64 a head, of which half is seen; the backward makes one of them again and has four of its own.
        var operations = 2.0 * 2 * 3 * 64 * length * (length + 1) / 2;
        var forward = Measured(() => device.Kernels.Attention(shape, qkv, y, logSumExp, default, segment, 0, device.Scratches[0]), operations, rounds);
        var backward = Measured(() => device.Kernels.AttentionBackward(shape, qkv, y, logSumExp, default, segment, 0, device.Scratches[0]), 2.5 * operations, rounds);
        Console.WriteLine($"attention {length}: forward {forward}; backward {backward}");

        DeviceBuffer Filled(int columns)
        {
            var buffer = device.Allocate((long)length * Tensor.PaddedStride(columns));
            Fill(buffer);
            return buffer;
        }
    }

    private static void Layer(string name, int outputs, int inputs, int tokens, int rounds)
    {
        using var device = Device.Cpu(1);
        using var store = new ParameterStore(device);
        var weight = store.AddLinear("weight", blockMatrix: true, ("weight", outputs, inputs));
        using var owned = weight;
        Fill(store.Values);
        store.MakeGradients();
        using DeviceBuffer xValue = Filled(inputs), xGradient = Filled(inputs), yValue = Filled(outputs), yGradient = Filled(outputs);
        Tensor x = new(inputs, xValue) { Gradient = xGradient }, y = new(outputs, yValue) { Gradient = yGradient };
        var (kernels, rows) = (device.Kernels, new Rows(0, tokens));
        Action forward = () => kernels.Linear(x, weight, null, null, y, rows, Share.Whole), backward = () => kernels.LinearBackward(x, weight, y, 0, rows, add: false, Share.Whole);
        using var narrow = new ParameterStore(device, WeightStorage.BF16);
        using var held = Narrow(device, narrow, outputs, inputs);
        // Laid out on the way, as a lean model has it; held as BF16, as an adapter's base; and then packed.
        (string Kind, Action Work)[] kinds =
        [
            ("forward, laid out", forward), ("by input, laid out", backward), ("by weight", () => kernels.LinearWeightGradient(x, weight, null, y, 0, rows, Share.Whole)),
            ("forward, BF16", () => kernels.Linear(x, held, null, null, y, rows, Share.Whole)), ("by input, BF16", () => kernels.LinearBackward(x, held, y, 0, rows, add: false, Share.Whole)),
            ("pack", () =>
            {
                kernels.Prepare(weight, training: true);
                kernels.Pack(weight, training: true, Share.Whole);
            }), ("forward", forward), ("by input", backward),
        ];
        var operations = 2.0 * tokens * outputs * inputs;
        var parts = new List<string>();
        foreach (var (kind, work) in kinds)
        {
            if (kind == "pack") work();
            else parts.Add($"{kind} {Measured(work, operations, rounds)}");
        }

        Console.WriteLine($"{name} {outputs}x{inputs}: {string.Join("; ", parts)}");

        DeviceBuffer Filled(int columns)
        {
            var buffer = device.Allocate((long)tokens * Tensor.PaddedStride(columns));
            Fill(buffer);
            return buffer;
        }
    }

    private static LinearWeight Narrow(Device device, ParameterStore store, int outputs, int inputs)
    {
        var weight = store.AddLinear("narrow", blockMatrix: true, ("narrow", outputs, inputs));
        device.Kernels.PrepareStored(weight);
        var random = new RandomStream(2, StreamStage.Test);
        float[] panel = [.. Enumerable.Range(0, device.Kernels.StoredOutputs * inputs).Select(_ => (float)random.NextNormal())];
        for (var first = 0; first < outputs; first += device.Kernels.StoredOutputs) device.Kernels.PackStored(weight, first / device.Kernels.StoredOutputs, panel.AsSpan(0, Math.Min(device.Kernels.StoredOutputs, outputs - first) * inputs));
        return weight;
    }

    /// <summary>The median share of the roofline, and the rate in brackets.</summary>
    private static string Measured(Action work, double operations, int rounds)
    {
        work();
        var times = Math.Max(1, (int)(2e9 / operations));
        double[] shares = new double[rounds], rates = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var rate = operations * times / Seconds(() =>
            {
                for (var i = 0; i < times; i++) work();
            });
            (rates[round], shares[round]) = (rate / 1e9, rate / Roofline());
        }

        Array.Sort(rates);
        Array.Sort(shares);
        return string.Create(CultureInfo.InvariantCulture, $"{shares[rounds / 2]:F3} ({rates[rounds / 2]:F0})");
    }

    /// <summary>Multiply-adds in registers, twice as many operations a second.</summary>
    private static double Roofline()
    {
        const int Rounds = 2_000_000;
        return Vector512.IsHardwareAccelerated ? Of<Lanes512>() : Of<Lanes256>();

        static double Of<TL>()
            where TL : struct, ILanes<TL> => 2.0 * RooflineBenchmark.Chains * TL.Width * Rounds / Seconds(() => RooflineBenchmark.Multiply<TL>(Rounds));
    }

    private static double Seconds(Action work)
    {
        var start = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static void Fill(DeviceBuffer buffer)
    {
        var random = new RandomStream(1, StreamStage.Test);
        var values = new float[Math.Min(buffer.Length, 1 << 16)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.NextNormal();
        for (long at = 0; at < buffer.Length; at += values.Length) buffer.Write(at, values.AsSpan(0, (int)Math.Min(values.Length, buffer.Length - at)));
    }
}
