using System.IO.MemoryMappedFiles;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A file mapped into memory for reading, of any length: the operating system loads the pages that are touched and may drop
/// them again, so an open checkpoint costs address space rather than memory; what has been read is handed back now and then, so that
/// reading all of one does not count as its size. The file must not be cut short while it is open.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    /// <summary>Bytes that are read before their pages are handed back.</summary>
    private const long HandBack = 64 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;
    private long _read;

    private MappedFile(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        Path = path;
        Length = length;
        _file = file;
        _view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    public static MappedFile Open(string path)
    {
        FileStream? stream = null;
        MemoryMappedFile? file = null;
        try
        {
            // The length is asked before opening: a pipe or a device has none, and opening a pipe would wait for its writer.
            var length = new FileInfo(path).Length;
            if (length == 0) throw new UserError("the file is empty.", path, advice: "Download or copy it again.");
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            length = stream.Length;
            file = MemoryMappedFile.CreateFromFile(stream, mapName: null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new MappedFile(path, file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file?.Dispose();
            stream?.Dispose();
            throw Disk.CannotRead(path, problem);
        }
    }

    /// <summary>A view of some bytes, valid until the file is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(_start == null, this);
        if (offset < 0 || count < 0 || offset > Length - count) throw new ArgumentOutOfRangeException(nameof(offset), $"bytes {offset} to {offset + count} of {Length}");
        if (Interlocked.Add(ref _read, count) > HandBack)
        {
            Interlocked.Exchange(ref _read, count);
            // Of a file: whoever still reads there finds the same bytes again.
            HugePages.Return(_start, (nuint)Length);
        }

        return new ReadOnlySpan<byte>(_start + offset, count);
    }

    public void Dispose()
    {
        if (_start == null) return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
