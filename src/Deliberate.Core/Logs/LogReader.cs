using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Deliberate.Core;

/// <summary>
/// Any record of a log, by its number (from 0, the head of the log) or its id, without reading the others. It sees the log as it was
/// when it was opened, and may be open while a writer is.
/// </summary>
internal sealed class LogReader : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly LogIndex _index;

    private LogReader(string path, SafeFileHandle file, LogIndex index, long tornBytes)
    {
        (_path, _file, _index, TornBytes) = (path, file, index, tornBytes);
    }

    public int Count => _index.Count;

    /// <summary>SHA-256 of the last record in its chain, in hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(_index.Hash);

    /// <summary>Bytes of a last record that is not whole.</summary>
    public long TornBytes { get; }

    /// <exception cref="UserError">There is none, or it is damaged: <see cref="LogCheck"/> tells where.</exception>
    public static LogReader Open(string path)
    {
        var file = OpenFile(path);
        try
        {
            CheckPreamble(file, path);
            var index = LogIndex.Open(file, path, out var end, out var isNew);
            if (end == LogEnd.Damaged) throw Damaged(path, index);
            // Beside a writer the index would be old at once.
            if (isNew && FileLock.Holder(LogWriter.LockOf(path)) is null) index.Save(path);
            return new LogReader(path, file, index, RandomAccess.GetLength(file) - index.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public LogRecord Read(int number)
    {
        if (number < 0 || number >= Count) throw new UserError(string.Create(CultureInfo.InvariantCulture, $"There is no record {number}: the log has {Count}, the first of which is 0."), _path);
        try
        {
            return LogRecord.Read(number, LogFrame.Record(Frame(number)));
        }
        catch (JsonException error)
        {
            throw new UserError(string.Create(CultureInfo.InvariantCulture, $"Record {number} is not one that a log holds."), _path, advice: "deliberate log verify says what is wrong with the log.", inner: error);
        }
    }

    /// <summary>The id of a record, without reading its body; null where it has none.</summary>
    public string? IdAt(int number) => LogRecord.IdOf(LogFrame.Record(Frame(number)));

    /// <summary>All records of this id, in order; none where there is none.</summary>
    public IReadOnlyList<LogRecord> Find(string id) => [.. _index.Candidates(id).Select(Read).Where(record => record.Id == id)];

    public IEnumerable<LogRecord> Records()
    {
        for (var i = 0; i < Count; i++) yield return Read(i);
    }

    /// <summary>What <see cref="Scan"/> gives each record to.</summary>
    /// <param name="record">Its JSON, valid until the call returns.</param>
    public delegate void Visit(int number, ReadOnlySpan<byte> record);

    /// <summary>
    /// Goes through records as bytes, in large reads and without checking sums: for whoever looks through a whole log at once. Several
    /// threads may go through different ones.
    /// </summary>
    /// <param name="first">The first record.</param>
    /// <param name="end">The one after the last.</param>
    public void Scan(int first, int end, Visit visit)
    {
        const int Window = 4 << 20;
        var buffer = new byte[Window];
        for (var number = first; number < end;)
        {
            var from = _index.OffsetOf(number);
            var last = number + 1;
            while (last < end && _index.OffsetOf(last) + _index.LengthOf(last) - from <= buffer.Length) last++;
            var bytes = (int)(_index.OffsetOf(last - 1) + _index.LengthOf(last - 1) - from);
            if (bytes > buffer.Length) buffer = new byte[bytes];
            if (RandomAccess.Read(_file, buffer.AsSpan(0, bytes), from) < bytes) throw new UserError("The log became shorter while it was being read.", _path, advice: "deliberate log verify says what is wrong.");
            for (; number < last; number++)
            {
                var frame = buffer.AsSpan((int)(_index.OffsetOf(number) - from), _index.LengthOf(number));
                visit(number, LogFrame.Record(frame));
            }
        }
    }

    public void Dispose() => _file.Dispose();

    public static void CheckIsFile(string path)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a log.", path);
        if (!File.Exists(path)) throw new UserError("There is no such log.", path, advice: NearestName.Suggest(Path.GetFileName(path), Neighbours(path)));
    }

    public static SafeFileHandle OpenFile(string path)
    {
        CheckIsFile(path);
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    public static void CheckPreamble(SafeFileHandle file, string path)
    {
        var preamble = new byte[LogFrame.PreambleBytes];
        LogFrame.CheckPreamble(preamble.AsSpan(0, RandomAccess.Read(file, preamble, 0)), path);
    }

    public static UserError Damaged(string path, LogIndex index) => new(
        string.Create(CultureInfo.InvariantCulture, $"The log is damaged at byte {index.Length}, after its record {index.Count - 1}."), path, advice: "deliberate log verify says what is wrong, deliberate log repair keeps what is whole.");

    private byte[] Frame(int number)
    {
        var frame = new byte[_index.LengthOf(number)];
        if (RandomAccess.Read(_file, frame, _index.OffsetOf(number)) == frame.Length && LogFrame.LengthOf(frame) == frame.Length && LogFrame.HasItsChecksum(frame)) return frame;
        throw new UserError(string.Create(CultureInfo.InvariantCulture, $"Record {number} at byte {_index.OffsetOf(number)} was changed after it was written."), _path, advice: "deliberate log verify says what else is wrong.");
    }

    private static List<string> Neighbours(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*" + Path.GetExtension(path)).Select(f => Path.GetFileName(f)).Where(name => !name.EndsWith(".index", StringComparison.Ordinal)).Take(200)] : [];
    }
}
