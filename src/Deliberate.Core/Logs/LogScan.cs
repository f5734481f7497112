using Microsoft.Win32.SafeHandles;

namespace Deliberate.Core;

/// <summary>How a log ends when it is gone through from the front.</summary>
internal enum LogEnd
{
    /// <summary>With a whole frame.</summary>
    Whole,

    /// <summary>Within a frame: who wrote it was killed, or is writing it now.</summary>
    Torn,

    /// <summary>With bytes that no writer leaves behind.</summary>
    Damaged,
}

/// <summary>
/// Goes through the frames of a log from one of them on, by their checksums. What stops it before the end of the file is a torn write
/// or damage: torn is a part of a frame, or the zeros that a lost page leaves, with no whole frame anywhere after it; a changed
/// length that points past the end is thereby found as damage and loses nothing.
/// </summary>
internal sealed class LogScan(SafeFileHandle file, long from)
{
    private const int Window = 4 << 20;

    private byte[] _buffer = new byte[WindowOf(file, from)];
    private int _start, _end;

    /// <summary>Where the next frame begins: after the loop, the end of the last whole one.</summary>
    public long Offset { get; private set; } = from;

    /// <summary>The next whole frame, valid until the next call; empty at the end.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (!Fill(LogFrame.HeadBytes)) return [];
        var length = LogFrame.LengthOf(_buffer.AsSpan(_start, _end - _start));
        if (length == 0 || !Fill(length)) return [];
        var frame = _buffer.AsSpan(_start, length);
        if (!LogFrame.HasItsChecksum(frame)) return [];
        _start += length;
        Offset += length;
        return frame;
    }

    /// <summary>What there is where <see cref="Next"/> found nothing more.</summary>
    public LogEnd End()
    {
        var length = RandomAccess.GetLength(file);
        if (Offset >= length) return LogEnd.Whole;
        return CountWholeAfter() == 0 && IsPartOfFrame(length) ? LogEnd.Torn : LogEnd.Damaged;
    }

    /// <summary>Whole frames somewhere after the end of this scan.</summary>
    public long CountWholeAfter()
    {
        var count = 0L;
        for (var at = FindMarker(Offset + 1); at >= 0;)
        {
            var rest = new LogScan(file, at);
            while (!rest.Next().IsEmpty) count++;
            at = FindMarker(Math.Max(rest.Offset, at + 1));
        }

        return count;
    }

    private bool IsPartOfFrame(long length)
    {
        var rest = length - Offset;
        var head = new byte[(int)Math.Min(rest, LogFrame.HeadBytes)];
        _ = RandomAccess.Read(file, head, Offset);
        var last = new byte[1];
        _ = RandomAccess.Read(file, last, length - 1);
        if (head.All(b => b == 0)) return true;
        var marker = head.AsSpan(0, Math.Min(head.Length, LogFrame.Marker.Length));
        if (!LogFrame.Marker.StartsWith(marker)) return false;
        // A line feed ends a whole frame and stands nowhere in its record; only pages that a power loss took leave a zero.
        return rest <= LogFrame.HeadBytes || last[0] == 0 || (LogFrame.LengthOf(head) > rest && last[0] != LogFrame.Terminator);
    }

    private long FindMarker(long from)
    {
        var buffer = new byte[WindowOf(file, from)];
        for (var at = from; ;)
        {
            var read = RandomAccess.Read(file, buffer, at);
            if (read < LogFrame.Marker.Length) return -1;
            var found = buffer.AsSpan(0, read).IndexOf(LogFrame.Marker);
            if (found >= 0) return at + found;
            at += read - LogFrame.Marker.Length + 1;
        }
    }

    /// <summary>No more than there is to be read.</summary>
    private static int WindowOf(SafeFileHandle file, long from) => (int)Math.Clamp(RandomAccess.GetLength(file) - from, 4096, Window);

    private bool Fill(int count)
    {
        if (_end - _start >= count) return true;
        Array.Copy(_buffer, _start, _buffer, 0, _end - _start);
        (_start, _end) = (0, _end - _start);
        if (count > _buffer.Length)
        {
            // A length that was changed must not cost its memory.
            if (Offset + count > RandomAccess.GetLength(file)) return false;
            Array.Resize(ref _buffer, count);
        }

        while (_end < _buffer.Length)
        {
            var read = RandomAccess.Read(file, _buffer.AsSpan(_end), Offset + _end);
            if (read == 0) break;
            _end += read;
        }

        return _end >= count;
    }
}
