using ILGPU;
using ILGPU.Runtime;

namespace Deliberate.Tensors;

/// <summary>Memory on the card, taken when it is first used.</summary>
internal sealed class GpuMemory(GpuDevice device, long bytes) : DeviceMemory
{
    private MemoryBuffer1D<byte, Stride1D.Dense>? _buffer;

    /// <summary>From an element on.</summary>
    public ArrayView<T> View<T>(long first = 0)
        where T : unmanaged => All.Cast<T>().SubView(first);

    private ArrayView<byte> All
    {
        get
        {
            if (_buffer is null)
            {
                _buffer = device.Take(Math.Max(bytes, sizeof(double)));
                _buffer.MemSetToZero(device.Accelerator.DefaultStream);
            }

            return _buffer.View;
        }
    }

    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return;
        using var held = device.Gate.EnterScope();
        GpuCopies.ToCard(source, All.SubView(offset));
    }

    public override void Read(long offset, Span<byte> target)
    {
        if (target.IsEmpty) return;
        using var held = device.Gate.EnterScope();
        GpuCopies.ToHost(device, All.SubView(offset), target);
    }

    public override void Clear(long offset, long count)
    {
        // What nobody has used yet is zero.
        if (count == 0 || _buffer is null) return;
        using var held = device.Gate.EnterScope();
        All.SubView(offset, count).MemSetToZero(device.Accelerator.DefaultStream);
    }

    public override void CopyTo(long offset, DeviceMemory target, long targetOffset, long count)
    {
        if (count == 0) return;
        using var held = device.Gate.EnterScope();
        All.SubView(offset, count).CopyTo(device.Accelerator.DefaultStream, ((GpuMemory)target).All.SubView(targetOffset, count));
    }

    public override void Release()
    {
        using var held = device.Gate.EnterScope();
        if (_buffer is null) return;
        device.Give(_buffer);
        _buffer = null;
    }
}
