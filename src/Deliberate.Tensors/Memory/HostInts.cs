namespace Deliberate.Tensors;

/// <summary>
/// Integers that the host writes and a device's kernels read: the buffer itself where the host can address it, else an array that is
/// copied to it before the kernels run.
/// </summary>
internal sealed unsafe class HostInts : IDisposable
{
    private readonly int[]? _staged;
    private bool _isChanged;

    public HostInts(Device device, int length)
    {
        Buffer = device.AllocateInts(length);
        if (device.HasOwnMemory) _staged = new int[length];
    }

    /// <summary>For kernels.</summary>
    public DeviceBuffer Buffer { get; }

    /// <summary>For the host to write to.</summary>
    public Span<int> Span
    {
        get
        {
            if (_staged is null) return new Span<int>(Buffer.I32, (int)Buffer.Length);
            _isChanged = true;
            return _staged;
        }
    }

    /// <summary>Brings the first of them to the device, if they may have changed.</summary>
    public void Upload(int count)
    {
        if (_staged is null || !_isChanged) return;
        Buffer.Write(0, _staged.AsSpan(0, count));
        _isChanged = false;
    }

    public void Dispose() => Buffer.Dispose();
}
