namespace Deliberate.Tensors;

/// <summary>A worker's own working memory: grows to the largest request and stays, so that a step after the first allocates nothing.</summary>
internal sealed unsafe class Scratch(int elementSize) : IDisposable
{
    private readonly DeviceBuffer?[] _slots = new DeviceBuffer?[12];

    /// <summary>At least that many floats, 64-byte aligned, with whatever they held; valid until the same slot is asked for again.</summary>
    public float* F32(int slot, long length) => Slot(slot, length).F32;

    public double* F64(int slot, long length) => Slot(slot, length).F64;

    public void Dispose()
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i]?.Dispose();
            _slots[i] = null;
        }
    }

    private DeviceBuffer Slot(int slot, long length)
    {
        var held = _slots[slot];
        if (held is not null && held.Length >= length) return held;
        held?.Dispose();
        return _slots[slot] = new DeviceBuffer(Math.Max(length, 1024) * 5 / 4, elementSize);
    }
}
