using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>The key-value part of a GGUF file, with typed reading: a value of another type or out of range names file and key.</summary>
internal sealed class GgufMetadata(MappedFile file, IReadOnlyDictionary<string, GgufValue> values)
{
    private const int LongestString = 16 << 20;
    private const int MostElements = 4 << 20;
    private const long LongestStrings = 64 << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Path => file.Path;

    public IReadOnlyCollection<string> Keys => (IReadOnlyCollection<string>)values.Keys;

    public bool Has(string key) => values.ContainsKey(key);

    public string? String(string key) => Scalar(key) is { } value
        ? value.Type == GgufType.String ? Text(key, value.Offset, out _) : throw Error(key, $"must be a string, not {value.Type}.")
        : null;

    public bool? Bool(string key) => Scalar(key) is { } value
        ? value.Type == GgufType.Bool ? file.Bytes(value.Offset, 1)[0] != 0 : throw Error(key, $"must be a boolean, not {value.Type}.")
        : null;

    public long? Integer(string key, long low, long high)
    {
        if (Scalar(key) is not { } value) return null;
        var number = Integer(key, value.Type, value.Offset);
        return number >= low && number <= high ? number : throw Error(key, $"must be a whole number from {low} to {high}, not {number}.");
    }

    /// <summary>
    /// The id of a token, null where there is none, which a negative number says too. What names no token, such as the 4294967295
    /// that a -1 becomes in 32 bits, is left out, and listed.
    /// </summary>
    public int? TokenId(string key, int vocabulary, ICollection<IgnoredValue> ignored)
    {
        if (!values.TryGetValue(key, out var value)) return null;
        if (value.IsArray || !GgufValue.IsInteger(value.Type))
        {
            ignored.Add(new IgnoredValue(file.Path, key, value.IsArray ? "an array" : $"a {value.Type}"));
            return null;
        }

        var id = Integer(key, value.Type, value.Offset);
        if (id >= vocabulary) ignored.Add(new IgnoredValue(file.Path, key, id.ToString(CultureInfo.InvariantCulture)));
        return id >= 0 && id < vocabulary ? (int)id : null;
    }

    /// <summary>A float stored in 32 bits becomes the double with the same shortest decimal: 1e-5 is 1e-5.</summary>
    public double? Number(string key, double low, double high)
    {
        if (Scalar(key) is not { } value) return null;
        var number = value.Type switch
        {
            GgufType.Float32 => double.Parse(BinaryPrimitives.ReadSingleLittleEndian(file.Bytes(value.Offset, 4)).ToString("R")),
            GgufType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(file.Bytes(value.Offset, 8)),
            _ => Integer(key, value.Type, value.Offset),
        };
        return number >= low && number <= high ? number : throw Error(key, $"must be a number from {low} to {high}, not {number}.");
    }

    public string[]? Strings(string key)
    {
        if (Array(key) is not { } value) return null;
        if (value.Type != GgufType.String) throw Error(key, $"must be an array of strings, not of {value.Type}.");
        var strings = new string[value.Count];
        var at = value.Offset;
        for (var i = 0; i < strings.Length; i++)
        {
            strings[i] = Text(key, at, out var length);
            at += 8 + length;
            if (at - value.Offset > LongestStrings + (8 * value.Count)) throw Error(key, $"holds more than {LongestStrings} bytes of text.");
        }

        return strings;
    }

    public int[]? Integers(string key)
    {
        if (Array(key) is not { } value) return null;
        var numbers = new int[value.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = Integer(key, value.Type, value.Offset + ((long)i * GgufValue.Size(value.Type)));
            numbers[i] = number is >= int.MinValue and <= int.MaxValue ? (int)number : throw Error(key, $"element {i} is {number}, beyond 32 bits.");
        }

        return numbers;
    }

    public float[]? Floats(string key)
    {
        if (Array(key) is not { } value) return null;
        if (value.Type != GgufType.Float32) throw Error(key, $"must be an array of 32-bit floats, not of {value.Type}.");
        var numbers = new float[value.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(file.Bytes(value.Offset + (4L * i), 4));
        return numbers;
    }

    public UserError Error(string key, string problem, string? advice = null) => new(problem, file.Path, field: key, advice: advice);

    private GgufValue? Scalar(string key)
    {
        if (!values.TryGetValue(key, out var value)) return null;
        return value.IsArray ? throw Error(key, "must be a single value, not an array.") : value;
    }

    private GgufValue? Array(string key)
    {
        if (!values.TryGetValue(key, out var value)) return null;
        if (!value.IsArray) throw Error(key, "must be an array.");
        return value.Count <= MostElements ? value : throw Error(key, $"has {value.Count} elements; at most {MostElements} are read.");
    }

    private long Integer(string key, GgufType type, long offset)
    {
        var bytes = file.Bytes(offset, GgufValue.Size(type));
        return type switch
        {
            GgufType.UInt8 => bytes[0],
            GgufType.Int8 => (sbyte)bytes[0],
            GgufType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufType.UInt64 => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes), long.MaxValue),
            GgufType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => throw Error(key, $"must be a whole number, not {type}."),
        };
    }

    /// <summary>A string at an offset; its place inside the file was checked when the header was read.</summary>
    private string Text(string key, long offset, out long length)
    {
        length = BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(offset, 8));
        if (length > LongestString) throw Error(key, $"holds a string of {length} bytes; at most {LongestString} are read.");
        try
        {
            return Utf8.GetString(file.Bytes(offset + 8, (int)length));
        }
        catch (DecoderFallbackException problem)
        {
            throw new UserError("holds text that is not UTF-8.", file.Path, field: key, inner: problem);
        }
    }
}
