using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Deliberate.Core;

/// <summary>
/// Where each record of a log begins, and which records have an id: 8 bytes a record, 12 more for one with an id. It lies in
/// <c>LOG.index</c> beside the log and is nothing but a short cut: it is made anew where it is absent or does not fit the log, and
/// what was appended since it was written is added to it.
/// </summary>
internal sealed class LogIndex
{
    private const int HeaderBytes = 32 + LogFrame.HashBytes;

    private readonly List<long> _offsets = [];
    private readonly List<ulong> _keys = [];
    private readonly List<int> _numbers = [];
    private bool _isSorted = true;

    private LogIndex()
    {
    }

    private static ReadOnlySpan<byte> Magic => "delibidx"u8;

    public int Count => _offsets.Count;

    /// <summary>Of the log that it knows: the end of its last whole frame.</summary>
    public long Length { get; private set; } = LogFrame.PreambleBytes;

    /// <summary>SHA-256 of the last frame.</summary>
    public byte[] Hash { get; } = LogFrame.HashOfPreamble();

    public static string PathOf(string log) => log + ".index";

    /// <summary>Reads what there is, goes through what it does not know of the log, and says how that ended.</summary>
    /// <param name="isNew">Whether it is worth saving.</param>
    public static LogIndex Open(SafeFileHandle file, string log, out LogEnd end, out bool isNew)
    {
        var index = Load(PathOf(log), file) ?? new LogIndex();
        var scan = new LogScan(file, index.Length);
        var before = index.Count;
        for (var frame = scan.Next(); !frame.IsEmpty; frame = scan.Next())
        {
            index.Add(frame, LogRecord.IdOf(LogFrame.Record(frame)));
            LogFrame.Hash(frame, index.Hash);
        }

        end = scan.End();
        isNew = index.Count > before;
        // Now: readers of several threads may ask at once.
        index.Sort();
        return index;
    }

    /// <summary>A log that has only its preamble.</summary>
    public static LogIndex Empty() => new();

    public long OffsetOf(int number) => _offsets[number];

    public int LengthOf(int number) => (int)((number + 1 < _offsets.Count ? _offsets[number + 1] : Length) - _offsets[number]);

    /// <summary>The frame that now ends the log; its hash is the caller's to set.</summary>
    public void Add(ReadOnlySpan<byte> frame, string? id)
    {
        if (id is not null)
        {
            _keys.Add(Key(id));
            _numbers.Add(_offsets.Count);
            _isSorted = false;
        }

        _offsets.Add(Length);
        Length += frame.Length;
    }

    /// <summary>The records whose id it may be, in order: those of another id whose key is the same are among them.</summary>
    public IEnumerable<int> Candidates(string id)
    {
        var key = Key(id);
        var at = CollectionsMarshal.AsSpan(_keys).BinarySearch(key);
        if (at < 0) return [];
        var (first, last) = (at, at);
        while (first > 0 && _keys[first - 1] == key) first--;
        while (last + 1 < _keys.Count && _keys[last + 1] == key) last++;
        return _numbers.GetRange(first, last - first + 1).Order();
    }

    /// <summary>Writes it beside the log; where that may not be, the next opener goes through the log again.</summary>
    public void Save(string log)
    {
        Sort();
        try
        {
            AtomicFile.Write(PathOf(log), stream =>
            {
                var header = new byte[HeaderBytes];
                Magic.CopyTo(header);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), LogFrame.Version);
                BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), Length);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), _offsets.Count);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), _keys.Count);
                Hash.CopyTo(header, 32);
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Checksum(header));
                stream.Write(header);
                stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_offsets)));
                stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_keys)));
                stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_numbers)));
            });
        }
        catch (UserError)
        {
            // A short cut too few.
        }
    }

    /// <summary>Null where there is none, or one of another log or of another time of this one.</summary>
    private static LogIndex? Load(string path, SafeFileHandle file)
    {
        byte[] bytes;
        try
        {
            bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return null;
        }

        if (bytes.Length < HeaderBytes || !bytes.AsSpan().StartsWith(Magic) || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) != LogFrame.Version) return null;
        var (length, records, ids) = (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(12)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24)));
        if (records <= 0 || ids < 0 || bytes.LongLength != HeaderBytes + (8L * records) + (12L * ids) || length > RandomAccess.GetLength(file)) return null;
        var index = new LogIndex { Length = length };
        var rest = bytes.AsSpan(HeaderBytes);
        index._offsets.AddRange(MemoryMarshal.Cast<byte, long>(rest[..(8 * records)]));
        index._keys.AddRange(MemoryMarshal.Cast<byte, ulong>(rest.Slice(8 * records, 8 * ids)));
        index._numbers.AddRange(MemoryMarshal.Cast<byte, int>(rest[(8 * (records + ids))..]));
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(28)) != index.Checksum(bytes.AsSpan(0, HeaderBytes))) return null;
        bytes.AsSpan(32, LogFrame.HashBytes).CopyTo(index.Hash);
        return index.EndsAsTheLogDoes(file) ? index : null;
    }

    /// <summary>Whether the last frame that it knows stands where it says and has the hash that it says.</summary>
    private bool EndsAsTheLogDoes(SafeFileHandle file)
    {
        var last = LengthOf(_offsets.Count - 1);
        if (last is <= LogFrame.HeadBytes or > LogFrame.HeadBytes + LogFrame.LongestRecord + 1) return false;
        var frame = new byte[last];
        if (RandomAccess.Read(file, frame, _offsets[^1]) < last || LogFrame.LengthOf(frame) != last || !LogFrame.HasItsChecksum(frame)) return false;
        var hash = new byte[LogFrame.HashBytes];
        LogFrame.Hash(frame, hash);
        return hash.AsSpan().SequenceEqual(Hash);
    }

    private uint Checksum(ReadOnlySpan<byte> header)
    {
        var crc = Crc32C.Continue(Crc32C.Of(header[..28]), header[32..]);
        crc = Crc32C.Continue(crc, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_offsets)));
        crc = Crc32C.Continue(crc, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_keys)));
        return Crc32C.Continue(crc, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_numbers)));
    }

    private void Sort()
    {
        if (_isSorted) return;
        CollectionsMarshal.AsSpan(_keys).Sort(CollectionsMarshal.AsSpan(_numbers));
        _isSorted = true;
    }

    /// <summary>FNV-1a over 64 bits of the id's UTF-8, its bits mixed once more.</summary>
    private static ulong Key(string id)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var one in Encoding.UTF8.GetBytes(id)) hash = (hash ^ one) * 0x100000001B3UL;
        return hash ^ (hash >> 32);
    }
}
