using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Deliberate.Core;

/// <summary>
/// Appends to a log (format 1, <see cref="LogFrame"/>): a record that <see cref="Append"/> has returned from is in the system's hands
/// and survives <c>kill -9</c>; once a second what is there is flushed to the disk, so that a power loss takes the last second at
/// most. Any number of threads may append; records are serialised side by side and written one after the other. One writer a log.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    public static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    private readonly Lock _append = new(), _flush = new();
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly FileLock _lock;
    private readonly LogIndex _index;
    private readonly ITimer _timer;
    private long _flushed;
    private Exception? _refused;
    private bool _disposed;

    private LogWriter(string path, SafeFileHandle file, FileLock held, LogIndex index, TimeProvider time)
    {
        (_path, _file, _lock, _index, _flushed) = (path, file, held, index, 0);
        _timer = time.CreateTimer(_ => FlushQuietly(), null, FlushInterval, FlushInterval);
    }

    /// <summary>Records so far.</summary>
    public int Count
    {
        get
        {
            lock (_append) return _index.Count;
        }
    }

    /// <summary>SHA-256 of the last record in its chain, in hexadecimal: who keeps it elsewhere can tell that nothing before it was changed.</summary>
    public string Hash
    {
        get
        {
            lock (_append) return Convert.ToHexStringLower(_index.Hash);
        }
    }

    /// <summary>Bytes of the log that a power loss cannot take any more.</summary>
    public long FlushedBytes => Interlocked.Read(ref _flushed);

    /// <summary>Bytes of a record that was being written when its process died, which this writer cut off.</summary>
    public long Cut { get; private init; }

    /// <summary>Begins a log, which appears under its name with its first record in it.</summary>
    /// <param name="path">Of a file that is not there.</param>
    /// <param name="head">Writes properties of the first record, which says what the log is of.</param>
    public static LogWriter Create(string path, Action<Utf8JsonWriter> head, TimeProvider? time = null)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a file.", path, advice: "Name a file in it.");
        // Before the lock, whose file stays where it was made: a refusal leaves nothing behind. One that is there says whether the log is in use.
        if (!File.Exists(LockOf(path))) RefuseExisting(path);
        var held = Acquire(path, time);
        try
        {
            RefuseExisting(path);
            var index = LogIndex.Empty();
            AtomicFile.Write(path, stream =>
            {
                stream.Write(LogFrame.Preamble());
                var frame = Serialise(LogRecord.Head, null, json =>
                {
                    json.WriteNumber("format_version"u8, LogFrame.Version);
                    head(json);
                });
                LogFrame.Seal(frame.Span, index.Hash);
                index.Add(frame.Span, null);
                stream.Write(frame.Span);
            });
            Disk.TryDelete(LogIndex.PathOf(path));
            return new LogWriter(path, Open(path), held, index, time ?? TimeProvider.System);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Goes on at the end of a log, whose torn record, if there is one, is cut off.</summary>
    /// <exception cref="UserError">It is no log, is damaged, or is being written by another.</exception>
    public static LogWriter Continue(string path, TimeProvider? time = null)
    {
        using (var log = LogReader.OpenFile(path)) LogReader.CheckPreamble(log, path);
        var held = Acquire(path, time);
        SafeFileHandle? file = null;
        try
        {
            file = Open(path);
            LogReader.CheckPreamble(file, path);
            var index = LogIndex.Open(file, path, out var end, out _);
            if (end == LogEnd.Damaged) throw LogReader.Damaged(path, index);
            var cut = RandomAccess.GetLength(file) - index.Length;
            if (cut > 0) RandomAccess.SetLength(file, index.Length);
            return new LogWriter(path, file, held, index, time ?? TimeProvider.System) { Cut = cut };
        }
        catch (Exception error)
        {
            file?.Dispose();
            held.Dispose();
            if (Disk.IsRefusal(error)) throw Disk.CannotWrite(path, "Choose another file.", error);
            throw;
        }
    }

    public static string LockOf(string path) => path + ".lock";

    /// <param name="kind">What the body is.</param>
    /// <param name="id">Finds the record again; null where nobody will look for it.</param>
    /// <param name="body">Writes the properties of the body.</param>
    /// <returns>The record's number.</returns>
    public int Append(string kind, string? id, Action<Utf8JsonWriter> body)
    {
        var frame = Serialise(kind, id, body).Span;
        lock (_append)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_refused is not null) throw Refused(_refused);
            Span<byte> hash = stackalloc byte[LogFrame.HashBytes];
            _index.Hash.CopyTo(hash);
            LogFrame.Seal(frame, hash);
            try
            {
                RandomAccess.Write(_file, frame, _index.Length);
            }
            catch (Exception error) when (Disk.IsRefusal(error))
            {
                TakeBack();
                throw Refused(error);
            }

            _index.Add(frame, id);
            hash.CopyTo(_index.Hash);
            return _index.Count - 1;
        }
    }

    /// <summary>All that was appended before is on the disk afterwards.</summary>
    public void Flush()
    {
        lock (_flush)
        {
            long length;
            lock (_append) length = _index.Length;
            if (length == _flushed) return;
            RandomAccess.FlushToDisk(_file);
            Interlocked.Exchange(ref _flushed, length);
        }
    }

    public void Dispose()
    {
        lock (_append)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _timer.Dispose();
        try
        {
            Flush();
            _index.Save(_path);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Refused(error);
        }
        finally
        {
            // The timer's last call may be waiting for the disk.
            lock (_flush) _file.Dispose();
            _lock.Dispose();
        }
    }

    private static void RefuseExisting(string path)
    {
        if (File.Exists(path)) throw new UserError("The log exists.", path, advice: "Name another file, or delete this one; a log is never written over.");
    }

    private static FileLock Acquire(string path, TimeProvider? time) => FileLock.Acquire(LockOf(path), path, "The log", time);

    private static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The frame with its record, its head still empty; valid until the thread's next one.</summary>
    private static Memory<byte> Serialise(string kind, string? id, Action<Utf8JsonWriter> body)
    {
        const int Kept = 1 << 20;
        if (_buffer is null || _buffer.Capacity > Kept) _buffer = new ArrayBufferWriter<byte>(1 << 12);
        var buffer = _buffer;
        buffer.ResetWrittenCount();
        buffer.GetSpan(LogFrame.HeadBytes);
        buffer.Advance(LogFrame.HeadBytes);
        using (var json = new Utf8JsonWriter(buffer, Json)) LogRecord.Write(json, kind, id, body);
        if (Secrets.RedactUtf8(buffer.WrittenSpan[LogFrame.HeadBytes..]) is { } redacted)
        {
            buffer.ResetWrittenCount();
            buffer.GetSpan(LogFrame.HeadBytes + redacted.Length);
            buffer.Advance(LogFrame.HeadBytes);
            buffer.Write(redacted);
        }

        if (buffer.WrittenCount - LogFrame.HeadBytes > LogFrame.LongestRecord) throw new UserError($"A record of {buffer.WrittenCount >> 20} MiB is more than a log holds ({LogFrame.LongestRecord >> 20} MiB).", field: id);
        buffer.GetSpan(1)[0] = LogFrame.Terminator;
        buffer.Advance(1);
        MemoryMarshal.TryGetArray(buffer.WrittenMemory, out var array);
        return array;
    }

    private UserError Refused(Exception error) => Disk.CannotWrite(_path, "What was logged before is whole; free some space and go on from there.", error);

    /// <summary>Half a record at the end would hide that later ones are whole.</summary>
    private void TakeBack()
    {
        try
        {
            RandomAccess.SetLength(_file, _index.Length);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            _refused = error;
        }
    }

    private void FlushQuietly()
    {
        try
        {
            if (!_file.IsClosed) Flush();
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            // Told to whoever appends next.
            lock (_append) _refused = error;
        }
        catch (ObjectDisposedException)
        {
            // It was closed meanwhile.
        }
    }
}
