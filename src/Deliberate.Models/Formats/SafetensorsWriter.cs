using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// Writes a safetensors file to a stream, tensor after tensor: the header comes first and needs only names, types and shapes, so
/// nothing is kept but a small buffer. The same tensors in the same order give the same bytes, those of the reference library:
/// compact JSON, metadata {"format":"pt"} (transformers asks for it), spaces up to a multiple of eight.
/// Use: construct, <see cref="Append(ReadOnlySpan{float})"/> each tensor's elements in order and in any pieces, <see cref="Finish"/>.
/// </summary>
internal sealed class SafetensorsWriter
{
    private readonly Stream _stream;
    private readonly IReadOnlyList<TensorInfo> _tensors;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _current;
    private long _left;

    /// <param name="stream">Where to; left open.</param>
    /// <param name="tensors">What will follow, in the order of writing. Plain types only: the format has no blocks.</param>
    /// <param name="metadata">In this order; null for format = pt.</param>
    public SafetensorsWriter(Stream stream, IReadOnlyList<TensorInfo> tensors, IReadOnlyList<KeyValuePair<string, string>>? metadata = null)
    {
        _stream = stream;
        _tensors = tensors;
        var header = Header(tensors, metadata ?? [new("format", "pt")]);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        _current = -1;
        Next();
    }

    /// <summary>The next elements of the current tensor, converted to its type (a floating-point one).</summary>
    public void Append(ReadOnlySpan<float> values)
    {
        while (!values.IsEmpty)
        {
            var type = Current.Type;
            var count = Math.Min(values.Length, _buffer.Length / type.BlockBytes());
            var bytes = _buffer.AsSpan(0, count * type.BlockBytes());
            Elements.FromSingle(type, values[..count], bytes);
            AppendBytes(bytes);
            values = values[count..];
        }
    }

    /// <summary>The next bytes of the current tensor as they shall stand in the file.</summary>
    public void AppendBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (bytes.Length > _left) throw new InvalidOperationException($"{bytes.Length} bytes given for {Current.Name}, which has {_left} left");
        _stream.Write(bytes);
        _left -= bytes.Length;
        if (_left == 0) Next();
    }

    /// <summary>Checks that every tensor was given whole, and flushes.</summary>
    public void Finish()
    {
        if (_current < _tensors.Count) throw new InvalidOperationException($"{Current.Name} lacks {_left} bytes");
        _stream.Flush();
    }

    private TensorInfo Current => _current < _tensors.Count ? _tensors[_current] : throw new InvalidOperationException("every tensor was already written");

    private void Next()
    {
        do _current++;
        while (_current < _tensors.Count && (_left = _tensors[_current].ByteCount) == 0);
    }

    private static byte[] Header(IReadOnlyList<TensorInfo> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0)
            {
                writer.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata) writer.WriteString(key, value);
                writer.WriteEndObject();
            }

            var offset = 0L;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name)) throw new ArgumentException($"{tensor.Name} occurs twice", nameof(tensors));
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", TypeName(tensor.Type));
                writer.WriteStartArray("shape");
                foreach (var size in tensor.Shape.AsSpan()) writer.WriteNumberValue(size);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset = checked(offset + tensor.ByteCount));
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        var padded = new byte[(json.WrittenCount + 7) & ~7];
        padded.AsSpan().Fill((byte)' ');
        json.WrittenSpan.CopyTo(padded);
        return padded;
    }

    private static string TypeName(StoredType type) => type switch
    {
        StoredType.Bool => "BOOL",
        _ when type.IsQuantized() => throw new ArgumentException($"safetensors has no type {type}", nameof(type)),
        _ => type.ToString(),
    };
}
