using System.Runtime.Intrinsics.X86;
using Deliberate.Core;

namespace Deliberate.Tensors.Tests;

/// <summary>dW = dyᵀ·x in blocks of tokens and tiles of outputs, or of inputs where those are few: one chain of multiply-adds over the tokens an element, whatever the blocks.</summary>
public sealed class WeightGradientTests
{
    /// <summary>More than a block holds, and no whole ones.</summary>
    private const int Tokens = 613;

    [Theory]
    [InlineData(205, 99)]
    [InlineData(205, 16)]
    [InlineData(128, 36)]
    [InlineData(71, 1)]
    [InlineData(16, 99)]
    public void Gradient_is_one_chain_over_the_tokens_however_tokens_and_outputs_are_cut(int outputs, int inputs)
    {
        if (!Fma.IsSupported) Assert.Skip("Without fused multiply-adds the chain rounds twice.");
        using var device = Device.Cpu(1);
        using var store = new ParameterStore(device);
        using var weight = store.AddLinear("w", blockMatrix: true, ("w", outputs, inputs));
        using var xs = Filled(device, inputs, 1, out var xValues);
        using var dys = Filled(device, outputs, 2, out var dyValues);
        using var ys = device.Allocate(1);
        Tensor x = new(inputs, xs), y = new(outputs, ys) { Gradient = dys };
        store.MakeGradients();
        var chain = new float[outputs * inputs];
        for (var o = 0; o < outputs; o++)
            for (var i = 0; i < inputs; i++)
                for (var t = 0; t < Tokens; t++)
                    chain[(o * inputs) + i] = MathF.FusedMultiplyAdd(dyValues[(t * y.Stride) + o], xValues[(t * x.Stride) + i], chain[(o * inputs) + i]);

        foreach (var (cuts, shares) in new[] { (new[] { Tokens }, 1), ([1, 300, 301, Tokens], 3), ([256, 512, Tokens], 2) })
        {
            store.Gradients.Clear(0, store.Gradients.Length);
            var begin = 0;
            foreach (var end in cuts)
            {
                for (var share = 0; share < shares; share++) device.Kernels.LinearWeightGradient(x, weight, null, y, 0, new Rows(begin, end), new Share(share, shares));
                begin = end;
            }

            var gradient = new float[chain.Length];
            store.Gradients.Read(weight.Parts[0].Offset, gradient);
            gradient.ShouldBe(chain);
        }
    }

    private static DeviceBuffer Filled(Device device, int columns, ulong seed, out float[] values)
    {
        var stream = new RandomStream(seed, StreamStage.Test);
        values = [.. Enumerable.Range(0, Tokens * Tensor.PaddedStride(columns)).Select(_ => (float)stream.NextNormal())];
        var buffer = device.Allocate(values.Length);
        buffer.Write(0, values);
        return buffer;
    }
}
