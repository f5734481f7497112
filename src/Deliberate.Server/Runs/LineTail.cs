using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>
/// Reads a file of lines as it grows: each call gives the lines that came since the last, and leaves one without its newline for
/// later. The file is open only while a call reads it, and shared with whoever writes. One that was cut back and grew anew, as
/// a resumed run's does, is told by its last line no longer being where it was: then everything begins anew.
/// </summary>
internal sealed class LineTail(string path)
{
    private const int Chunk = 1 << 20;

    /// <summary>Where the first line begins that was not read yet, and where the last one began that was.</summary>
    private long _next, _lastAt;

    private byte[] _last = [];
    private int _lines;

    /// <summary>What receives a line, without its newline.</summary>
    /// <param name="line">UTF-8.</param>
    /// <param name="offset">Of its first byte in the file.</param>
    /// <param name="number">Which line it is, from 1.</param>
    public delegate void Receive(ReadOnlySpan<byte> line, long offset, int number);

    /// <summary>Reads on.</summary>
    /// <param name="restart">Called before the first line where what was given before no longer holds.</param>
    /// <returns>Whether anything was given or taken back.</returns>
    public bool Read(Receive receive, Action restart, CancellationToken cancellation = default)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Restart(restart);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }

        using (file)
        {
            var isAnew = file.Length < _next || !LastIsThere(file);
            var changed = isAnew && Restart(restart);
            if (file.Length == _next) return changed;
            file.Position = _next;
            var buffer = new byte[Math.Min(Chunk, file.Length - _next)];
            var held = 0;
            for (int read; (read = file.Read(buffer, held, buffer.Length - held)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                held += read;
                var used = Give(buffer.AsSpan(0, held), receive);
                changed |= used > 0;
                held -= used;
                if (held > 0 && used > 0) Array.Copy(buffer, used, buffer, 0, held);
                // A line longer than the buffer.
                if (held == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            }

            return changed;
        }
    }

    private int Give(ReadOnlySpan<byte> bytes, Receive receive)
    {
        var used = 0;
        ReadOnlySpan<byte> last = [];
        for (int end; (end = bytes[used..].IndexOf((byte)'\n')) >= 0; used += end + 1)
        {
            last = bytes.Slice(used, end);
            (_lastAt, _next) = (_next, _next + end + 1);
            _lines++;
            if (last.Length > 0) receive(last, _lastAt, _lines);
        }

        if (used > 0) _last = last.ToArray();
        return used;
    }

    private bool LastIsThere(FileStream file)
    {
        if (_next == 0) return true;
        var there = new byte[_last.Length];
        file.Position = _lastAt;
        return file.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == there.Length && there.AsSpan().SequenceEqual(_last);
    }

    private bool Restart(Action restart)
    {
        if (_next == 0) return false;
        (_next, _lastAt, _last, _lines) = (0, 0, [], 0);
        restart();
        return true;
    }
}
