using System.Text;

namespace Deliberate.Core;

/// <summary>
/// A text file that only grows, a line at a time (UTF-8, LF), such as <c>metrics.jsonl</c>. A checkpoint records
/// <see cref="Length"/> after <see cref="Flush"/>; resuming calls <see cref="TruncateTo"/> with it, so that the stream goes on
/// as if the run had never stopped. Others may read the file meanwhile. One thread at a time.
/// </summary>
internal sealed class AppendStream : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private byte[] _buffer = new byte[64 * 1024];
    private int _buffered;
    private bool _failed, _disposed;

    /// <summary>Opens at the end of what there is, or creates the file and its folder.</summary>
    public AppendStream(string path)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            _file.Seek(0, SeekOrigin.End);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(path, "Another process may hold it; otherwise choose another folder.", error);
        }
    }

    /// <summary>Offset in bytes of the next line, what is still buffered included.</summary>
    public long Length => _file.Position + _buffered;

    /// <summary>Adds the line and a newline; it reaches the file with the next <see cref="Flush"/> or when the buffer is full.</summary>
    public void Append(ReadOnlySpan<char> line)
    {
        if (line.IndexOfAny('\n', '\r') >= 0) throw new ArgumentException("A line holds no newline.", nameof(line));
        var size = Encoding.UTF8.GetByteCount(line) + 1;
        if (_buffered + size > _buffer.Length) Write(toDisk: false);
        if (size > _buffer.Length) Array.Resize(ref _buffer, size);
        Encoding.UTF8.GetBytes(line, _buffer.AsSpan(_buffered));
        _buffer[_buffered + size - 1] = (byte)'\n';
        _buffered += size;
    }

    /// <summary>Everything appended is on the disk afterwards; with <paramref name="toDisk"/> false, in the hands of the system.</summary>
    public void Flush(bool toDisk = true) => Write(toDisk);

    /// <summary>Cuts the stream back to an offset that an earlier <see cref="Length"/> gave.</summary>
    /// <exception cref="UserError">The file is shorter than that, or the offset is inside a line: it is not the file recorded.</exception>
    public void TruncateTo(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Write(toDisk: false);
        if (offset > _file.Length)
            throw new UserError($"The stream has {_file.Length} bytes, but the checkpoint recorded {offset}.", file: _path, advice: "Restore the file, or resume from an earlier checkpoint.");
        if (offset > 0)
        {
            _file.Position = offset - 1;
            if (_file.ReadByte() != '\n')
                throw new UserError($"The checkpoint's offset {offset} is not the end of a line.", file: _path, advice: "The file was changed after the checkpoint; restore it.");
        }

        try
        {
            _file.SetLength(offset);
            _file.Position = offset;
            _file.Flush(flushToDisk: true);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(_path, "Free some space, then resume.", error);
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            if (!_failed) Write(toDisk: false);
        }
        finally
        {
            _file.Dispose();
        }
    }

    private void Write(bool toDisk)
    {
        try
        {
            var count = _buffered;
            if (count > 0)
            {
                _file.Write(_buffer, 0, count);
                _buffered = 0;
            }

            if (toDisk) _file.Flush(flushToDisk: true);
            _failed = false;
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            _failed = true;
            throw Disk.CannotWrite(_path, "Free some space, then resume: the stream is cut back to the last checkpoint.", error);
        }
    }
}
