using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// A text file that only grows, a line at a time (UTF-8, LF). A checkpoint records <see cref="Length"/> after
/// <see cref="Flush"/>; resuming calls <see cref="TruncateTo"/> with it. Others may read the file meanwhile.
/// </summary>
internal sealed class LineStream : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    public LineStream(string path)
    {
        _path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 64 * 1024);
        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Offset in bytes of the next line.</summary>
    public long Length => _file.Position;

    public void Append(ReadOnlySpan<char> line)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(line) + 1];
        Encoding.UTF8.GetBytes(line, bytes);
        bytes[^1] = (byte)'\n';
        _file.Write(bytes);
    }

    public void Flush() => _file.Flush(flushToDisk: true);

    /// <summary>Cuts back to an offset that an earlier <see cref="Length"/> gave.</summary>
    public void TruncateTo(long offset)
    {
        if (offset > _file.Length)
            throw new UserError($"The stream has {_file.Length} bytes, but the checkpoint recorded {offset}.", file: _path, advice: "Restore the file, or resume from an earlier checkpoint.");
        _file.SetLength(offset);
        _file.Position = offset;
    }

    public void Dispose() => _file.Dispose();
}
