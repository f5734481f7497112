using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Deliberate.Tensors;

/// <summary>
/// A block of device memory with one owner: an opaque handle outside the kernels. Elements are floats on the fast CPU and
/// doubles on the reference device. Aligned to 64 bytes, zero; blocks from 2 MB on are aligned to 2 MB and the system is asked
/// for huge pages, because the kernels read many rows at once and would otherwise miss the address translation cache. A device with
/// memory of its own hands out no pointer: what the host has to do with it are the copies here.
/// </summary>
internal sealed unsafe class DeviceBuffer : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const int TailBytes = 256;

    /// <summary>Floats that are widened at a time.</summary>
    private const int MostRead = 1 << 22;
    private static long s_liveBytes;
    private readonly DeviceMemory? _memory;
    private readonly DeviceBuffer? _owner;
    private void* _pointer;
    private bool _released;

    /// <param name="memory">What the host cannot address, zero.</param>
    internal DeviceBuffer(long length, int elementSize, DeviceMemory memory)
    {
        (Length, ElementSize, _memory) = (length, elementSize, memory);
        Interlocked.Add(ref s_liveBytes, length * elementSize);
    }

    internal DeviceBuffer(long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        ElementSize = elementSize;
        // The tail lets a kernel load a whole vector that begins at the last element.
        var bytes = (nuint)((length * elementSize) + TailBytes);
        var huge = bytes >= HugePage;
        _pointer = NativeMemory.AlignedAlloc(bytes, huge ? HugePage : 64);
        if (huge) HugePages.Advise(_pointer, bytes);
        // Pages that the system has yet to give are zero, and take no memory before they are written.
        var given = huge ? bytes / HugePage * HugePage : 0;
        if (given > 0 && !HugePages.Return(_pointer, given)) given = 0;
        NativeMemory.Clear((byte*)_pointer + given, bytes - given);
        Interlocked.Add(ref s_liveBytes, length * elementSize);
    }

    /// <summary>A part of another's memory, which stays that one's: for a while in which nobody else reads or writes it there.</summary>
    /// <param name="offset">Of its first element.</param>
    public DeviceBuffer(DeviceBuffer owner, long offset, long length)
    {
        owner.CheckRange(offset, length);
        (Length, ElementSize, _owner) = (length, owner.ElementSize, owner);
        _pointer = owner.Address + (offset * ElementSize);
    }

    ~DeviceBuffer() => Release();

    /// <summary>Bytes held by buffers that nobody disposed of: what leak tests look at.</summary>
    public static long LiveBytes => Interlocked.Read(ref s_liveBytes);

    /// <summary>Elements, not bytes.</summary>
    public long Length { get; }

    internal int ElementSize { get; }

    internal float* F32 => (float*)Checked(4);

    internal double* F64 => (double*)Checked(8);

    internal int* I32 => (int*)Checked(4);

    internal byte* Bytes => (byte*)Checked(1);

    /// <summary>Where it begins, whatever it holds.</summary>
    internal byte* Address => (byte*)Checked(ElementSize);

    /// <summary>The memory of a device that has its own; for its kernels.</summary>
    internal DeviceMemory Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_released, this);
            return _memory ?? throw new InvalidOperationException("The buffer lies in the processor's memory: it belongs to another device.");
        }
    }

    /// <summary>Copies from host memory, waiting for work in flight.</summary>
    public void Write(long offset, ReadOnlySpan<float> source)
    {
        CheckRange(offset, source.Length);
        if (_memory is not null) _memory.Write(offset * sizeof(float), MemoryMarshal.AsBytes(source));
        else if (ElementSize == 4) source.CopyTo(new Span<float>(F32 + offset, source.Length));
        else for (var i = 0; i < source.Length; i++) F64[offset + i] = source[i];
    }

    public void Write(long offset, ReadOnlySpan<double> source)
    {
        CheckRange(offset, source.Length);
        if (_memory is not null) WriteRounded(offset, source);
        else if (ElementSize == 8) source.CopyTo(new Span<double>(F64 + offset, source.Length));
        else for (var i = 0; i < source.Length; i++) F32[offset + i] = (float)source[i];
    }

    public void Write(long offset, ReadOnlySpan<int> source)
    {
        CheckRange(offset, source.Length);
        if (_memory is not null) _memory.Write(offset * sizeof(int), MemoryMarshal.AsBytes(source));
        else source.CopyTo(new Span<int>(I32 + offset, source.Length));
    }

    /// <summary>Copies all elements to another buffer of the same device and length.</summary>
    public void CopyTo(DeviceBuffer target)
    {
        if (target.Length != Length || target.ElementSize != ElementSize) throw new ArgumentException("The buffers differ in length or type.", nameof(target));
        CopyTo(0, target, 0, Length);
    }

    /// <summary>Copies elements to another place of the same device, whose elements are as large.</summary>
    public void CopyTo(long offset, DeviceBuffer target, long targetOffset, long count)
    {
        CheckRange(offset, count);
        target.CheckRange(targetOffset, count);
        long from = offset * ElementSize, to = targetOffset * ElementSize, bytes = count * ElementSize;
        if (_memory is not null) _memory.CopyTo(from, target.Memory, to, bytes);
        else Buffer.MemoryCopy((byte*)_pointer + from, target.Address + to, bytes, bytes);
    }

    /// <summary>Copies to host memory, waiting for work in flight.</summary>
    public void Read(long offset, Span<float> target)
    {
        CheckRange(offset, target.Length);
        if (_memory is not null) _memory.Read(offset * sizeof(float), MemoryMarshal.AsBytes(target));
        else if (ElementSize == 4) new ReadOnlySpan<float>(F32 + offset, target.Length).CopyTo(target);
        else for (var i = 0; i < target.Length; i++) target[i] = (float)F64[offset + i];
    }

    public void Read(long offset, Span<double> target)
    {
        CheckRange(offset, target.Length);
        if (_memory is not null) ReadWidened(offset, target);
        else if (ElementSize == 8) new ReadOnlySpan<double>(F64 + offset, target.Length).CopyTo(target);
        else for (var i = 0; i < target.Length; i++) target[i] = F32[offset + i];
    }

    public void Clear(long offset, long count)
    {
        CheckRange(offset, count);
        if (_memory is not null) _memory.Clear(offset * ElementSize, count * ElementSize);
        else NativeMemory.Clear((byte*)_pointer + (offset * ElementSize), (nuint)(count * ElementSize));
    }

    /// <summary>
    /// Gives the memory back to the system, but not the address: elements are zero afterwards and take memory again when they are written.
    /// What others hold of the block is nothing that they may still read.
    /// </summary>
    public void ReleasePages()
    {
        CheckRange(0, Length);
        if (_memory is not null)
        {
            _memory.Release();
            return;
        }

        var bytes = (nuint)(Length * ElementSize);
        // What does not fill pages of its own is cleared.
        var whole = Aligned && _owner is null ? bytes / HugePage * HugePage : 0;
        if (whole > 0 && !HugePages.Return(_pointer, whole)) whole = 0;
        NativeMemory.Clear((byte*)_pointer + whole, bytes - whole);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void* Checked(int size)
    {
        if (_pointer == null || size != ElementSize) Refuse(size);
        return _pointer;
    }

    private void Refuse(int size)
    {
        ObjectDisposedException.ThrowIf(_released, this);
        if (_memory is not null) throw new InvalidOperationException("The buffer lies in memory of its device, which has no address here.");
        throw new InvalidOperationException($"The buffer holds elements of {ElementSize} bytes, not {size}: it belongs to another device.");
    }

    /// <summary>Whether it begins with a huge page.</summary>
    private bool Aligned => (nuint)((Length * ElementSize) + TailBytes) >= HugePage;

    private void CheckRange(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_released, this);
        if (offset < 0 || count < 0 || offset + count > Length) throw new ArgumentOutOfRangeException(nameof(offset), $"[{offset}, {offset + count}) is not inside a buffer of {Length} elements.");
    }

    private void Release()
    {
        if (_released || (_pointer == null && _memory is null)) return;
        _released = true;
        if (_owner is not null)
        {
            _pointer = null;
            return;
        }

        Interlocked.Add(ref s_liveBytes, -Length * ElementSize);
        if (_memory is not null)
        {
            _memory.Release();
            return;
        }

        // The allocator may keep what is freed for later, but not the pages.
        if (Aligned) HugePages.Return(_pointer, (nuint)(Length * ElementSize) / HugePage * HugePage);
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }

    /// <summary>Memory of a device's own holds floats: a piece of them at a time.</summary>
    private void WriteRounded(long offset, ReadOnlySpan<double> source)
    {
        Span<float> piece = new float[Math.Min(source.Length, 1 << 16)];
        for (var at = 0; at < source.Length; at += piece.Length)
        {
            var part = source.Slice(at, Math.Min(piece.Length, source.Length - at));
            for (var i = 0; i < part.Length; i++) piece[i] = (float)part[i];
            Write(offset + at, piece[..part.Length]);
        }
    }

    /// <summary>Few large pieces: each waits for the device.</summary>
    private void ReadWidened(long offset, Span<double> target)
    {
        if (target.IsEmpty) return;
        var rented = ArrayPool<float>.Shared.Rent(Math.Min(target.Length, MostRead));
        var piece = rented.AsSpan(0, Math.Min(target.Length, MostRead));
        for (var at = 0; at < target.Length; at += piece.Length)
        {
            var part = target.Slice(at, Math.Min(piece.Length, target.Length - at));
            Read(offset + at, piece[..part.Length]);
            for (var i = 0; i < part.Length; i++) part[i] = piece[i];
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
