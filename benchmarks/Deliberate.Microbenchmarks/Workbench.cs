using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>A device of one thread and memory for operations on it, filled with normal numbers; gradients too.</summary>
internal sealed class Workbench : IDisposable
{
    private readonly List<DeviceBuffer> _buffers = [];
    private readonly ParameterStore _store;

    public Workbench()
    {
        Device = Device.Cpu(1);
        _store = new ParameterStore(Device);
    }

    public Device Device { get; }

    public IKernels Kernels => Device.Kernels;

    public Scratch Scratch => Device.Scratches[0];

    /// <summary>[rows, columns] with a gradient.</summary>
    public Tensor Tensor(int rows, int columns) =>
        new(columns, Buffer((long)rows * Tensors.Tensor.PaddedStride(columns))) { Gradient = Buffer((long)rows * Tensors.Tensor.PaddedStride(columns)) };

    public DeviceBuffer Buffer(long length)
    {
        var buffer = Device.Allocate(length);
        Fill(buffer);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>Whole numbers below the bound.</summary>
    public unsafe DeviceBuffer Integers(int length, int bound)
    {
        var buffer = Device.AllocateInts(length);
        var random = new RandomStream(2, StreamStage.Test);
        for (var i = 0; i < length; i++) buffer.I32[i] = random.Next(bound);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>The weights of the operation, packed for training. Only once: a store's layout is fixed by its first use.</summary>
    public LinearWeight Weight(int outputs, int inputs)
    {
        var weight = _store.AddLinear("weight", blockMatrix: true, ("weight", outputs, inputs));
        Fill(_store.Values);
        _store.MakeGradients();
        Kernels.Prepare(weight, training: true);
        Kernels.Pack(weight, training: true, Share.Whole);
        return weight;
    }

    public Parameter Vector(int length)
    {
        var vector = _store.AddVector("vector", length);
        Fill(_store.Values);
        _store.MakeGradients();
        return vector;
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        foreach (var weight in _store.LinearWeights) weight.Dispose();
        _store.Dispose();
        Device.Dispose();
    }

    private static void Fill(DeviceBuffer buffer)
    {
        var random = new RandomStream(1, StreamStage.Test);
        var values = new float[Math.Min(buffer.Length, 1 << 16)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.NextNormal();
        for (long at = 0; at < buffer.Length; at += values.Length) buffer.Write(at, values.AsSpan(0, (int)Math.Min(values.Length, buffer.Length - at)));
    }
}
