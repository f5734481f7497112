using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Scalars as a TensorBoard event file: TFRecord frames (length, masked CRC-32C of the length, data, masked CRC-32C of the data)
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
    private readonly MemoryStream _event = new();
    private readonly MemoryStream _value = new();

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
        Begin();
        WriteTag(_event, 2, 0);
        WriteVarint(_event, (ulong)step);
        using var summary = new MemoryStream();
        Span<byte> single = stackalloc byte[4];
        foreach (var (name, value) in values)
        {
            _value.SetLength(0);
            WriteText(_value, 1, name);
            WriteTag(_value, 2, 5);
            BinaryPrimitives.WriteSingleLittleEndian(single, (float)value);
            _value.Write(single);
            WriteTag(summary, 1, 2);
            WriteVarint(summary, (ulong)_value.Length);
            _value.WriteTo(summary);
        }

        WriteTag(_event, 5, 2);
        WriteVarint(_event, (ulong)summary.Length);
        summary.WriteTo(_event);
        End();
    }

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

    public void Dispose()
    {
        _file.Dispose();
        _event.Dispose();
        _value.Dispose();
    }

    private static void WriteTag(MemoryStream to, int field, int wire) => WriteVarint(to, (ulong)((field << 3) | wire));

    private static void WriteVarint(MemoryStream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }

    private static void WriteText(MemoryStream to, int field, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteTag(to, field, 2);
        WriteVarint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private void WriteHeader()
    {
        Begin();
        WriteText(_event, 3, "brain.Event:2");
        End();
    }

    private void Begin()
    {
        _event.SetLength(0);
        WriteTag(_event, 1, 1);
        Span<byte> wall = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(wall, _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        _event.Write(wall);
    }

    private void End()
    {
        var data = _event.GetBuffer().AsSpan(0, (int)_event.Length);
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
