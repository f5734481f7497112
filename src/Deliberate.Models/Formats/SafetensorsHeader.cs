using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>The parsed and checked header of a <see cref="SafetensorsFile"/>; a reader over its bytes that never trusts a number.</summary>
internal sealed class SafetensorsHeader
{
    private const int MostTensors = 200_000;
    private const int LongestName = 1024;
    private const int MostDimensions = 8;
    private const int LongestMetadata = 4 << 20;

    private readonly string _path;
    private readonly long _dataStart;
    private readonly List<MappedTensors.Place> _places = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path, long dataStart)
    {
        _path = path;
        _dataStart = dataStart;
    }

    public IReadOnlyList<MappedTensors.Place> Places => _places;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <param name="json">The header's bytes; spaces may follow the object.</param>
    /// <param name="path">For messages.</param>
    /// <param name="dataStart">Byte of the file at which the data starts.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, string path, long dataStart, long fileLength)
    {
        var header = new SafetensorsHeader(path, dataStart);
        try
        {
            header.ReadObject(json);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader throws for text that is not UTF-8.
            throw new UserError($"the header is not valid JSON: {problem.Message}", path, field: "header", inner: problem);
        }

        header.CheckLayout(fileLength - dataStart);
        return header;
    }

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        var seenMetadata = false;
        Expect(ref reader, JsonTokenType.StartObject, "header", "an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name(ref reader, "header");
            if (name == "__metadata__")
            {
                if (seenMetadata) throw Error(name, "occurs twice.");
                seenMetadata = true;
                ReadMetadata(ref reader);
            }
            else
            {
                if (_places.Count == MostTensors) throw Error("header", $"more than {MostTensors} tensors.");
                _places.Add(ReadTensor(ref reader, name));
            }
        }

        // Nothing but white space may follow; the reader throws otherwise.
        if (reader.Read()) throw Error("header", "something follows the object.");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        var length = 0L;
        Expect(ref reader, JsonTokenType.StartObject, "__metadata__", "an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Name(ref reader, "__metadata__");
            Expect(ref reader, JsonTokenType.String, key, "a string (in __metadata__)");
            length += key.Length + reader.ValueSpan.Length;
            if (length > LongestMetadata) throw Error("__metadata__", $"longer than {LongestMetadata} bytes.");
            if (!_metadata.TryAdd(key, reader.GetString()!)) throw Error(key, "occurs twice in __metadata__.");
        }
    }

    private MappedTensors.Place ReadTensor(ref Utf8JsonReader reader, string name)
    {
        StoredType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, name, "an object with dtype, shape and data_offsets");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8) && type is null)
            {
                Expect(ref reader, JsonTokenType.String, name, "a string (dtype)");
                type = Type(name, reader.ValueSpan.Length <= 32 ? reader.GetString()! : "of such length");
            }
            else if (reader.ValueTextEquals("shape"u8) && shape is null)
            {
                shape = Numbers(ref reader, name, "shape");
            }
            else if (reader.ValueTextEquals("data_offsets"u8) && offsets is null)
            {
                offsets = Numbers(ref reader, name, "data_offsets");
            }
            else
            {
                throw Error(name, $"the field {Name(ref reader, name)} is unknown or occurs twice.");
            }
        }

        if (type is not { } known || shape is null || offsets is not [var begin, var end]) throw Error(name, "needs dtype, shape and two data_offsets.");
        var bytes = (UInt128)known.BlockBytes();
        foreach (var size in shape)
        {
            bytes *= (ulong)size;
            if (bytes > long.MaxValue) throw Error(name, $"the shape [{string.Join(", ", shape)}] is larger than any file.");
        }

        if (end < begin) throw Error(name, $"ends (at {end}) before it begins (at {begin}).");
        if (bytes != (ulong)(end - begin)) throw Error(name, $"{known} of shape [{string.Join(", ", shape)}] has {bytes} bytes, but the offsets span {end - begin}.");
        return new(new TensorInfo(name, known, new ValueList<long>(shape)), _dataStart + begin);
    }

    /// <summary>Sorted by place, the tensors must follow each other without holes or overlap and end with the file.</summary>
    private void CheckLayout(long dataLength)
    {
        // Stable, and by end too, so that empty tensors come before the one that starts where they stand.
        var sorted = _places.OrderBy(p => p.Offset).ThenBy(p => p.Info.ByteCount);
        var expected = 0L;
        foreach (var place in sorted)
        {
            var begin = place.Offset - _dataStart;
            if (begin < expected) throw Error(place.Info.Name, $"overlaps the tensor before it (begins at {begin}, that one ends at {expected}).");
            if (begin > expected) throw Error(place.Info.Name, $"leaves a hole before it (begins at {begin}, the tensor before ends at {expected}).");
            if (place.Info.ByteCount > dataLength - begin) throw Error(place.Info.Name, $"reaches to byte {begin + place.Info.ByteCount} of the data, but there are {dataLength}.", "The file is cut short: download or copy it again.");
            expected = begin + place.Info.ByteCount;
        }

        if (expected != dataLength) throw Error("header", $"the tensors take {expected} bytes, but {dataLength} follow the header.");
    }

    private long[] Numbers(ref Utf8JsonReader reader, string tensor, string field)
    {
        Span<long> numbers = stackalloc long[MostDimensions];
        var count = 0;
        Expect(ref reader, JsonTokenType.StartArray, tensor, $"a list of numbers ({field})");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == MostDimensions) throw Error(tensor, $"{field} has more than {MostDimensions} numbers.");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out numbers[count]) || numbers[count] < 0 || numbers[count] > long.MaxValue / 2)
                throw Error(tensor, $"{field} must be whole numbers from 0 to {long.MaxValue / 2}.");
            count++;
        }

        return numbers[..count].ToArray();
    }

    private StoredType Type(string tensor, string name) => name switch
    {
        "F64" => StoredType.F64,
        "F32" => StoredType.F32,
        "F16" => StoredType.F16,
        "BF16" => StoredType.BF16,
        "I64" => StoredType.I64,
        "I32" => StoredType.I32,
        "I16" => StoredType.I16,
        "I8" => StoredType.I8,
        "U64" => StoredType.U64,
        "U32" => StoredType.U32,
        "U16" => StoredType.U16,
        "U8" => StoredType.U8,
        "BOOL" => StoredType.Bool,
        _ => throw Error(tensor, $"the dtype {name} is not supported.", "Supported: F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL."),
    };

    private string Name(ref Utf8JsonReader reader, string where) =>
        reader.ValueSpan.Length <= LongestName ? reader.GetString()! : throw Error(where, $"holds a name longer than {LongestName} bytes.");

    private void Expect(ref Utf8JsonReader reader, JsonTokenType token, string field, string what)
    {
        if (!reader.Read() || reader.TokenType != token) throw Error(field, $"must be {what}.");
    }

    private UserError Error(string field, string problem, string? advice = null) => new(problem, _path, field: field, advice: advice);
}
