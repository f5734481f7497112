using Deliberate.Core;

namespace Deliberate.Tensors.Tests;

/// <summary>How a call is cut: rows a call takes at once, and shares of the outputs. Neither may change a bit.</summary>
internal readonly record struct Cut(int RowsAtOnce, int Shares)
{
    public static Cut None => new(int.MaxValue, 1);

    public IEnumerable<Rows> Rows(int count)
    {
        for (var row = 0; row < count;)
        {
            var end = (int)Math.Min(count, (long)row + RowsAtOnce);
            yield return new Rows(row, end);
            row = end;
        }
    }

    /// <summary>The last share first: shares may run in any order.</summary>
    public IEnumerable<Share> EachShare()
    {
        for (var share = Shares - 1; share >= 0; share--) yield return new Share(share, Shares);
    }
}

/// <summary>The sizes and options of one operation, as a generator draws them.</summary>
internal abstract record OperationShape
{
    public abstract OperationBench On(Device device);
}

/// <summary>
/// One operation on one device, with its memory: everything is filled with random numbers that floats hold exactly, the same on
/// every device. All gradients are filled too: those of outputs are the upstream, those of weights must be added to, and what
/// stood in those of activations must not matter.
/// </summary>
internal abstract class OperationBench(Device device) : IDisposable
{
    private readonly List<DeviceBuffer> _buffers = [];
    private readonly List<Slot> _slots = [];

    protected Device Device { get; } = device;

    protected IKernels Kernels => Device.Kernels;

    protected Scratch Scratch => Device.Scratches[0];

    protected ParameterStore Store { get; } = new(device);

    public IEnumerable<Slot> Slots => _slots;

    public IEnumerable<Slot> Inputs => _slots.Where(s => s.Role.HasFlag(Role.Input));

    public IEnumerable<Slot> Results => _slots.Where(s => (s.Role & (Role.Output | Role.Kept)) != 0);

    /// <summary>Whether weights have packed copies; else products lay them out on the way.</summary>
    protected virtual bool IsPacked => true;

    public abstract void Forward(Cut cut);

    public abstract void Backward(Cut cut);

    /// <summary>The number whose gradients <see cref="Backward"/> computes: outputs weighed by their upstream.</summary>
    public virtual double Loss()
    {
        double loss = 0;
        foreach (var slot in _slots.Where(s => s.Role.HasFlag(Role.Output)))
        {
            var values = slot.ReadValues();
            for (var i = 0; i < values.Length; i++) loss += values[i] * slot.Gradients[i];
        }

        return loss;
    }

    /// <summary>Fills all memory as it was at first.</summary>
    public void Reset()
    {
        Store.MakeGradients();
        for (var i = 0; i < _slots.Count; i++) _slots[i].Write(new RandomStream(17, StreamStage.Test, problem: i));
        foreach (var weight in Store.LinearWeights.Where(_ => IsPacked))
        {
            Kernels.Prepare(weight, training: true);
            foreach (var share in new Cut(1, 3).EachShare()) Kernels.Pack(weight, training: true, share);
        }
    }

    public void Dispose()
    {
        Store.Dispose();
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    protected Tensor Activations(string name, int rows, int columns, Role role, double size = 1, int stride = 0)
    {
        stride = stride == 0 ? Tensor.PaddedStride(columns) : stride;
        var tensor = new Tensor(columns, Own(Device.Allocate((long)rows * stride)), 0, stride) { Gradient = Own(Device.Allocate((long)rows * stride)) };
        _slots.Add(new Slot(name, role, () => tensor.Value, () => tensor.Gradient!, 0, rows, columns, stride, size));
        return tensor;
    }

    protected LinearWeight Weight(string name, int rows, int columns, int parts = 1, double size = 0.5, Role role = Role.Input | Role.Accumulated)
    {
        var sizes = new (string, int, int)[parts];
        for (var i = 0; i < parts; i++) sizes[i] = ($"{name}.{i}", (rows * (i + 1) / parts) - (rows * i / parts), columns);
        var weight = Store.AddLinear(name, blockMatrix: true, sizes);
        _slots.Add(new Slot(name, role, () => Store.Values, () => Store.Gradients, weight.Parts[0].Offset, 1, rows * columns, rows * columns, size));
        return weight;
    }

    protected Parameter Vector(string name, int length)
    {
        var vector = Store.AddVector(name, length);
        _slots.Add(new Slot(name, Role.Input | Role.Accumulated, () => Store.Values, () => Store.Gradients, vector.Offset, 1, length, length, 1));
        return vector;
    }

    protected DeviceBuffer Constants(double[] values)
    {
        var buffer = Own(Device.Allocate(values.Length));
        buffer.Write(0, values);
        return buffer;
    }

    protected DeviceBuffer Ints(int count, Func<int, int> value)
    {
        var buffer = Own(Device.AllocateInts(count));
        buffer.Write(0, [.. Enumerable.Range(0, count).Select(value)]);
        return buffer;
    }

    private DeviceBuffer Own(DeviceBuffer buffer)
    {
        _buffers.Add(buffer);
        return buffer;
    }
}
