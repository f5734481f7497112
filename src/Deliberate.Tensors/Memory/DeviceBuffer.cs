using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Deliberate.Tensors;

/// <summary>
/// A block of device memory with one owner: an opaque handle outside the kernels. Elements are floats on the fast CPU and
/// doubles on the reference device. Aligned to 64 bytes, zero; blocks from 2 MB on are aligned to 2 MB and the system is asked
/// for huge pages, because the kernels read many rows at once and would otherwise miss the address translation cache.
/// </summary>
internal sealed unsafe class DeviceBuffer : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const int TailBytes = 256;
    private static long s_liveBytes;
    private void* _pointer;

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

    /// <summary>Copies from host memory, waiting for work in flight.</summary>
    public void Write(long offset, ReadOnlySpan<float> source)
    {
        CheckRange(offset, source.Length);
        if (ElementSize == 4) source.CopyTo(new Span<float>(F32 + offset, source.Length));
        else for (var i = 0; i < source.Length; i++) F64[offset + i] = source[i];
    }

    public void Write(long offset, ReadOnlySpan<double> source)
    {
        CheckRange(offset, source.Length);
        if (ElementSize == 8) source.CopyTo(new Span<double>(F64 + offset, source.Length));
        else for (var i = 0; i < source.Length; i++) F32[offset + i] = (float)source[i];
    }

    /// <summary>Copies all elements to another buffer of the same device and length.</summary>
    public void CopyTo(DeviceBuffer target)
    {
        if (target.Length != Length || target.ElementSize != ElementSize) throw new ArgumentException("The buffers differ in length or type.", nameof(target));
        CheckRange(0, Length);
        target.CheckRange(0, Length);
        Buffer.MemoryCopy(_pointer, target._pointer, Length * ElementSize, Length * ElementSize);
    }

    /// <summary>Copies to host memory, waiting for work in flight.</summary>
    public void Read(long offset, Span<float> target)
    {
        CheckRange(offset, target.Length);
        if (ElementSize == 4) new ReadOnlySpan<float>(F32 + offset, target.Length).CopyTo(target);
        else for (var i = 0; i < target.Length; i++) target[i] = (float)F64[offset + i];
    }

    public void Read(long offset, Span<double> target)
    {
        CheckRange(offset, target.Length);
        if (ElementSize == 8) new ReadOnlySpan<double>(F64 + offset, target.Length).CopyTo(target);
        else for (var i = 0; i < target.Length; i++) target[i] = F32[offset + i];
    }

    public void Clear(long offset, long count)
    {
        CheckRange(offset, count);
        NativeMemory.Clear((byte*)_pointer + (offset * ElementSize), (nuint)(count * ElementSize));
    }

    /// <summary>
    /// Gives the memory back to the system, but not the address: elements are zero afterwards and take memory again when they are written.
    /// What others hold of the block is nothing that they may still read.
    /// </summary>
    public void ReleasePages()
    {
        CheckRange(0, Length);
        var bytes = (nuint)(Length * ElementSize);
        // What does not fill pages of its own is cleared.
        var whole = Aligned ? bytes / HugePage * HugePage : 0;
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
        ObjectDisposedException.ThrowIf(_pointer == null, this);
        throw new InvalidOperationException($"The buffer holds elements of {ElementSize} bytes, not {size}: it belongs to another device.");
    }

    /// <summary>Whether it begins with a huge page.</summary>
    private bool Aligned => (nuint)((Length * ElementSize) + TailBytes) >= HugePage;

    private void CheckRange(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_pointer == null, this);
        if (offset < 0 || count < 0 || offset + count > Length) throw new ArgumentOutOfRangeException(nameof(offset), $"[{offset}, {offset + count}) is not inside a buffer of {Length} elements.");
    }

    private void Release()
    {
        if (_pointer == null) return;
        // The allocator may keep what is freed for later, but not the pages.
        if (Aligned) HugePages.Return(_pointer, (nuint)(Length * ElementSize) / HugePage * HugePage);
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        Interlocked.Add(ref s_liveBytes, -Length * ElementSize);
    }
}
