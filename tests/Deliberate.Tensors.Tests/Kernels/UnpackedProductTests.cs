using Deliberate.Core;

namespace Deliberate.Tensors.Tests;

/// <summary>A weight without packed copies gives the bits of one with them.</summary>
public sealed class UnpackedProductTests
{
    [Theory]
    [InlineData(1, 70, 33)]
    [InlineData(97, 150, 300)]
    [InlineData(200, 64, 576)]
    [InlineData(50, 70, 1300)]
    [InlineData(26, 1300, 70)]
    public void Products_of_a_weight_have_the_same_bits_with_and_without_packed_copies(int tokens, int outputs, int inputs)
    {
        using var device = Device.Cpu(1);
        using var store = new ParameterStore(device);
        using var weight = store.AddLinear("w", blockMatrix: true, ("w", outputs, inputs));
        using DeviceBuffer xs = Filled(device, tokens, inputs, 1), dxs = Filled(device, tokens, inputs, 2), ys = Filled(device, tokens, outputs, 3), dys = Filled(device, tokens, outputs, 4);
        Tensor x = new(inputs, xs) { Gradient = dxs }, y = new(outputs, ys) { Gradient = dys };
        var stream = new RandomStream(5, StreamStage.Test);
        store.Values.Write(0, Enumerable.Range(0, outputs * inputs).Select(_ => stream.NextNormal()).ToArray());
        var results = new List<float[]>();
        foreach (var isPacked in new[] { true, false })
        {
            if (isPacked) device.Kernels.Prepare(weight, training: true);
            if (isPacked) device.Kernels.Pack(weight, training: true, Share.Whole);
            else weight.Unpack();
            foreach (var shares in new[] { 1, 2 })
            {
                for (var share = 0; share < shares; share++)
                {
                    device.Kernels.Linear(x, weight, null, x.Columns == y.Columns ? x : null, y, new Rows(0, tokens), new Share(share, shares));
                    device.Kernels.LinearBackward(x, weight, y, 0, new Rows(0, tokens), add: false, new Share(share, shares));
                }

                results.Add([.. Values(ys, tokens, y), .. Values(dxs, tokens, x)]);
            }
        }

        foreach (var result in results) result.ShouldBe(results[0]);
    }

    private static DeviceBuffer Filled(Device device, int rows, int columns, ulong seed)
    {
        var stride = Tensor.PaddedStride(columns);
        var buffer = device.Allocate((long)rows * stride);
        var stream = new RandomStream(seed, StreamStage.Test);
        buffer.Write(0, Enumerable.Range(0, rows * stride).Select(_ => stream.NextNormal()).ToArray());
        return buffer;
    }

    private static IEnumerable<float> Values(DeviceBuffer buffer, int rows, Tensor tensor)
    {
        var values = new float[rows * tensor.Stride];
        buffer.Read(0, values);
        return values.Where((_, i) => i % tensor.Stride < tensor.Columns);
    }
}
