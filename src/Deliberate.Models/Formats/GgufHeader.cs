using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Reads and checks the header of a GGUF file, version 2 or 3 (ggml's docs/gguf.md): magic, version, counts, metadata, then for
/// each tensor its name, sizes (innermost first), type and offset into the data, which starts at the next multiple of
/// <c>general.alignment</c>. Counts are checked against the bytes that are left before anything is allocated; tensors must follow
/// each other without overlap and with no hole but the padding.
/// </summary>
internal ref struct GgufHeader
{
    private const int MostTensors = 100_000;
    private const int MostKeys = 8192;
    private const int LongestName = 256;
    private const long MostStrings = 16 << 20;

    private readonly MappedFile _file;
    private readonly Dictionary<string, GgufValue> _values = new(StringComparer.Ordinal);
    private long _at;
    private long _strings;

    public GgufHeader(MappedFile file)
    {
        _file = file;
        Read();
    }

    public readonly IReadOnlyDictionary<string, GgufValue> Values => _values;

    public MappedTensors.Place[] Places { get; private set; } = [];

    public int Version { get; private set; }

    private void Read()
    {
        if (_file.Length < 4 || !_file.Bytes(0, 4).SequenceEqual("GGUF"u8)) throw Error("magic", "this is not a GGUF file: it does not begin with GGUF.");
        _at = 4;
        var version = ReadUInt32("version");
        if (version is not (2 or 3))
        {
            throw version != 0 && (version & 0xFFFF) == 0
                ? Error("version", "the file is big-endian.", "Convert it with gguf-py's gguf_convert_endian.py.")
                : Error("version", $"version {version} is not supported.", "Supported: 2 and 3. Convert it with a current llama.cpp.");
        }

        Version = (int)version;
        var tensors = ReadCount("tensor_count", MostTensors, 24);
        var keys = ReadCount("metadata_kv_count", MostKeys, 13);
        for (var i = 0; i < keys; i++) ReadPair();
        ReadTensors((int)tensors, ReadAlignment());
    }

    private void ReadPair()
    {
        var key = ReadName("metadata");
        var type = ReadType(key);
        var value = new GgufValue(type, false, 1, _at);
        if (type == GgufType.Array)
        {
            type = ReadType(key);
            if (type == GgufType.Array) throw Error(key, "arrays of arrays are not supported.");
            var count = ReadCount(key, long.MaxValue, type == GgufType.String ? 8 : GgufValue.Size(type));
            value = new GgufValue(type, true, count, _at);
        }

        if (type == GgufType.String)
        {
            if ((_strings += value.Count) > MostStrings) throw Error(key, $"the metadata holds more than {MostStrings} strings.");
            for (var i = 0L; i < value.Count; i++) Skip(key, ReadUInt64(key));
        }
        else
        {
            Skip(key, (ulong)value.Count * (ulong)GgufValue.Size(type));
        }

        if (!_values.TryAdd(key, value)) throw Error(key, "occurs twice.");
    }

    private readonly long ReadAlignment()
    {
        const string Key = "general.alignment";
        var alignment = new GgufMetadata(_file, _values).Integer(Key, 1, 1 << 20) ?? 32;
        return long.IsPow2(alignment) ? alignment : throw Error(Key, $"must be a power of two, not {alignment}.");
    }

    private void ReadTensors(int count, long alignment)
    {
        var places = new MappedTensors.Place[count];
        for (var i = 0; i < count; i++)
        {
            var name = ReadName("tensors");
            var dimensions = ReadUInt32(name);
            if (dimensions is < 1 or > 4) throw Error(name, $"has {dimensions} dimensions; from 1 to 4 are allowed.");
            var shape = new long[dimensions];
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                var size = ReadUInt64(name);
                shape[d] = size is >= 1 and <= long.MaxValue ? (long)size : throw Error(name, $"a size of {size} is not possible.");
            }

            var type = Type(name, ReadUInt32(name));
            var offset = ReadUInt64(name);
            if (offset % (ulong)alignment != 0 || offset > long.MaxValue / 2) throw Error(name, $"its offset {offset} is not a multiple of {alignment} inside the file.");
            if (shape[^1] % type.BlockElements() != 0) throw Error(name, $"rows of {shape[^1]} elements are no whole blocks of {type}.");
            var elements = (UInt128)1;
            foreach (var size in shape)
            {
                elements *= (ulong)size;
                if (elements > long.MaxValue / 16) throw Error(name, $"the shape [{string.Join(", ", shape)}] is larger than any file.");
            }

            places[i] = new(new TensorInfo(name, type, new ValueList<long>(shape)), (long)offset);
        }

        PlaceTensors(places, alignment);
    }

    private void PlaceTensors(MappedTensors.Place[] places, long alignment)
    {
        var start = Align(_at, alignment);
        var order = new int[places.Length];
        var offsets = new long[places.Length];
        for (var i = 0; i < order.Length; i++) (order[i], offsets[i]) = (i, places[i].Offset);
        Array.Sort(offsets, order);
        var expected = 0L;
        foreach (var index in order)
        {
            var (info, offset) = places[index];
            if (offset < expected) throw Error(info.Name, $"overlaps the tensor before it (begins at {offset}, that one ends at {expected}).");
            if (offset > expected) throw Error(info.Name, $"leaves a hole before it (begins at {offset}, expected at {expected}).");
            if (info.ByteCount > _file.Length - start - offset) throw Error(info.Name, $"reaches to byte {(Int128)start + offset + info.ByteCount}, but the file has {_file.Length}.", "The file is cut short: download or copy it again.");
            places[index] = new(info, start + offset);
            expected = Align(offset + info.ByteCount, alignment);
        }

        if (_file.Length - start > expected) throw Error("tensors", $"the tensors take {expected} bytes, but {_file.Length - start} follow the header.");
        Places = places;
    }

    private static long Align(long offset, long alignment) => (offset + alignment - 1) & -alignment;

    private readonly StoredType Type(string tensor, uint number) => number switch
    {
        0 => StoredType.F32,
        1 => StoredType.F16,
        2 => StoredType.Q4_0,
        3 => StoredType.Q4_1,
        6 => StoredType.Q5_0,
        7 => StoredType.Q5_1,
        8 => StoredType.Q8_0,
        10 => StoredType.Q2_K,
        11 => StoredType.Q3_K,
        12 => StoredType.Q4_K,
        13 => StoredType.Q5_K,
        14 => StoredType.Q6_K,
        24 => StoredType.I8,
        25 => StoredType.I16,
        26 => StoredType.I32,
        27 => StoredType.I64,
        28 => StoredType.F64,
        30 => StoredType.BF16,
        _ => throw Error(tensor, $"the GGML type {number} is not supported.", "Supported: F32, F16, BF16, F64, I8 to I64, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K. Choose another quantisation of the model."),
    };

    private GgufType ReadType(string key)
    {
        var number = ReadUInt32(key);
        return number <= (uint)GgufType.Float64 ? (GgufType)number : throw Error(key, $"its type {number} is unknown.");
    }

    /// <summary>A count of things that take at least so many bytes each, checked against the bytes left.</summary>
    private long ReadCount(string field, long most, int bytesEach)
    {
        var count = ReadUInt64(field);
        if (count > (ulong)((_file.Length - _at) / bytesEach)) throw Error(field, $"{count} entries are announced, more than the file has room for.", "It is cut short, or damaged: download or copy it again.");
        return count <= (ulong)most ? (long)count : throw Error(field, $"{count} entries; at most {most} are read.");
    }

    private string ReadName(string where)
    {
        var length = ReadUInt64(where);
        if (length is 0 or > LongestName) throw Error(where, $"a name of {length} bytes at byte {_at} of the file; from 1 to {LongestName} are allowed.");
        Need(where, (long)length);
        var bytes = _file.Bytes(_at, (int)length);
        _at += (long)length;
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error(where, $"a name that ends at byte {_at} of the file is not UTF-8.");
    }

    private uint ReadUInt32(string field)
    {
        Need(field, 4);
        _at += 4;
        return BinaryPrimitives.ReadUInt32LittleEndian(_file.Bytes(_at - 4, 4));
    }

    private ulong ReadUInt64(string field)
    {
        Need(field, 8);
        _at += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(_file.Bytes(_at - 8, 8));
    }

    private void Skip(string field, ulong bytes)
    {
        if (bytes > (ulong)(_file.Length - _at)) throw Error(field, $"is {bytes} bytes long, but the file ends before.", "It is cut short: download or copy it again.");
        _at += (long)bytes;
    }

    private readonly void Need(string field, long bytes)
    {
        if (bytes > _file.Length - _at) throw Error(field, "the file ends inside the header.", "It is cut short: download or copy it again.");
    }

    private readonly UserError Error(string field, string problem, string? advice = null) => new(problem, _file.Path, field: field, advice: advice);
}
