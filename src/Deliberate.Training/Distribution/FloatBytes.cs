using System.Buffers;
using System.Runtime.InteropServices;

namespace Deliberate.Training;

/// <summary>The bytes of an array of numbers.</summary>
internal sealed class FloatBytes(float[] values) : MemoryManager<byte>
{
    /// <summary>Those of some of its elements.</summary>
    public static Memory<byte> Of(float[] values, int from, int length) => length == 0 ? default : new FloatBytes(values).Memory.Slice(from * sizeof(float), length * sizeof(float));

    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle, this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
