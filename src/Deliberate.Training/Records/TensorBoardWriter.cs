using System.Buffers.Binary;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Scalars and hyperparameters as a TensorBoard event file: TFRecord frames (length, masked CRC-32C of the length, data, masked CRC-32C of the data)
/// around <c>tensorflow.Event</c> messages (wall_time 1, step 2, file_version 3, summary 5; a summary's value: tag 1, simple_value 2).
/// One file a run; a checkpoint records <see cref="Length"/>, resuming cuts back to it. The wall time comes from the
/// <see cref="TimeProvider"/>, so this file is not among what a resumed run reproduces to the bit.
/// </summary>
internal sealed class TensorBoardWriter : IDisposable
{
    /// <summary>TensorBoard takes any file with "tfevents" in its name.</summary>
    public const string FileName = "events.out.tfevents.0000000000.deliberate";

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly FileStream _file;
    private readonly ProtoMessage _event = new(), _summary = new(), _value = new();

    public TensorBoardWriter(string path, TimeProvider time)
    {
        _path = path;
        _time = time;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 64 * 1024);
            _file.Seek(0, SeekOrigin.End);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(path, "Another process may hold it; otherwise choose another folder.", error);
        }

        if (_file.Length == 0) WriteHeader();
    }

    /// <summary>Bytes so far; what a checkpoint records.</summary>
    public long Length => _file.Position;

    /// <summary>One event with the step's scalars. TensorBoard keeps them in single precision.</summary>
    public void Append(long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        _summary.Clear();
        foreach (var (name, value) in values) _summary.Message(1, _value.Clear().Text(1, name).Float(2, (float)value));
        Write(Begin().Number(2, step).Message(5, _summary));
    }

    /// <summary>The run begins with these settings.</summary>
    public void Start(IEnumerable<(string Key, object? Value)> settings) => Write(Begin().Message(5, _summary.Clear().Message(1, HyperparameterSummary.Start(settings, Now))));

    /// <summary>The run came to its end.</summary>
    public void End() => Write(Begin().Message(5, _summary.Clear().Message(1, HyperparameterSummary.End(Now))));

    public void Flush(bool toDisk = true)
    {
        try
        {
            _file.Flush(toDisk);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(_path, "Free some space, then resume.", error);
        }
    }

    /// <summary>Cuts back to an offset that an earlier <see cref="Length"/> gave; to 0, and the header is written again.</summary>
    public void TruncateTo(long offset)
    {
        if (offset > _file.Length)
            throw new UserError($"The event file has {_file.Length} bytes, but the checkpoint recorded {offset}.", file: _path, advice: "Restore the file, or resume from an earlier checkpoint.");
        _file.SetLength(offset);
        _file.Position = offset;
        if (offset == 0) WriteHeader();
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Seconds since 1970.</summary>
    private double Now => _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private void WriteHeader() => Write(Begin().Text(3, "brain.Event:2"));

    private ProtoMessage Begin() => _event.Clear().Double(1, Now);

    private void Write(ProtoMessage message)
    {
        var data = message.Bytes;
        Span<byte> frame = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], Crc32C.Masked(frame[..8]));
        try
        {
            _file.Write(frame);
            _file.Write(data);
            BinaryPrimitives.WriteUInt32LittleEndian(frame, Crc32C.Masked(data));
            _file.Write(frame[..4]);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(_path, "Free some space, then resume.", error);
        }
    }
}
