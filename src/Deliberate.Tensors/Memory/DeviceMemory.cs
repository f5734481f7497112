namespace Deliberate.Tensors;

/// <summary>
/// Memory that the host cannot address, of a device that has its own: everything between the two is a copy, ordered behind the work that
/// was given to the device before. Zero at first. Offsets and counts are bytes.
/// </summary>
internal abstract class DeviceMemory
{
    /// <summary>From the host; done when it returns.</summary>
    public abstract void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>To the host, behind all work before.</summary>
    public abstract void Read(long offset, Span<byte> target);

    public abstract void Clear(long offset, long count);

    /// <summary>To memory of the same device, perhaps this one; the ranges do not overlap.</summary>
    public abstract void CopyTo(long offset, DeviceMemory target, long targetOffset, long count);

    /// <summary>Gives it back to the device. Whoever uses it again gets it anew, and zero.</summary>
    public abstract void Release();
}
