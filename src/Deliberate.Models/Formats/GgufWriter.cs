using System.Buffers.Binary;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Writes a GGUF file, version 3, little-endian (ggml's docs/gguf.md): header, metadata, what tensors there are, then their data,
/// each on a multiple of 32 bytes. The data are appended tensor by tensor, in order, in pieces of whole rows.
/// </summary>
internal sealed class GgufWriter
{
    public const int Alignment = 32;

    private readonly Stream _stream;
    private readonly IReadOnlyList<TensorInfo> _tensors;
    private int _current;
    private long _left;

    /// <param name="stream">Where to; left open.</param>
    /// <param name="tensors">Under llama.cpp's names, outermost size first; in the order of writing.</param>
    public GgufWriter(Stream stream, GgufPairs metadata, IReadOnlyList<TensorInfo> tensors)
    {
        (_stream, _tensors) = (stream, tensors);
        using var header = new MemoryStream();
        header.Write("GGUF"u8);
        UInt32(header, 3);
        UInt64(header, (ulong)tensors.Count);
        UInt64(header, (ulong)metadata.Count);
        header.Write(metadata.Bytes);
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            Text(header, tensor.Name);
            UInt32(header, (uint)tensor.Shape.Count);
            foreach (var size in tensor.Shape.Reverse()) UInt64(header, (ulong)size);
            UInt32(header, Number(tensor.Type));
            UInt64(header, (ulong)offset);
            offset = Aligned(offset + tensor.ByteCount);
        }

        header.Write(new byte[Aligned(header.Length) - header.Length]);
        stream.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
        _left = tensors.Count > 0 ? tensors[0].ByteCount : 0;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_current >= _tensors.Count || bytes.Length > _left) throw new InvalidOperationException($"{bytes.Length} bytes given where {_left} are left");
        _stream.Write(bytes);
        _left -= bytes.Length;
        while (_left == 0 && _current < _tensors.Count)
        {
            var size = _tensors[_current].ByteCount;
            _stream.Write(new byte[Aligned(size) - size]);
            _left = ++_current < _tensors.Count ? _tensors[_current].ByteCount : 0;
        }
    }

    /// <summary>Checks that every tensor was given whole.</summary>
    public void Finish()
    {
        if (_current < _tensors.Count) throw new InvalidOperationException($"{_tensors[_current].Name} lacks {_left} bytes");
        _stream.Flush();
    }

    /// <summary>ggml's number of a type.</summary>
    private static uint Number(StoredType type) => type switch
    {
        StoredType.F32 => 0,
        StoredType.F16 => 1,
        StoredType.Q4_0 => 2,
        StoredType.Q4_1 => 3,
        StoredType.Q5_0 => 6,
        StoredType.Q5_1 => 7,
        StoredType.Q8_0 => 8,
        StoredType.Q4_K => 12,
        StoredType.Q6_K => 14,
        StoredType.BF16 => 30,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that is written"),
    };

    private static long Aligned(long offset) => (offset + Alignment - 1) & -Alignment;

    internal static void Text(Stream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        UInt64(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    internal static void UInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    internal static void UInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}

/// <summary>The metadata of a GGUF file to be written, in order.</summary>
internal sealed class GgufPairs : IDisposable
{
    private readonly MemoryStream _stream = new();

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Bytes => _stream.GetBuffer().AsSpan(0, (int)_stream.Length);

    public void Dispose() => _stream.Dispose();

    public void Add(string key, string value)
    {
        Key(key, GgufType.String);
        GgufWriter.Text(_stream, value);
    }

    /// <summary>An unsigned number of 32 bits, which llama.cpp asks for nearly everywhere.</summary>
    public void Add(string key, int value)
    {
        Key(key, GgufType.UInt32);
        GgufWriter.UInt32(_stream, (uint)value);
    }

    public void Add(string key, double value)
    {
        Key(key, GgufType.Float32);
        GgufWriter.UInt32(_stream, BitConverter.SingleToUInt32Bits((float)value));
    }

    public void Add(string key, bool value)
    {
        Key(key, GgufType.Bool);
        _stream.WriteByte(value ? (byte)1 : (byte)0);
    }

    public void Add(string key, IReadOnlyList<string> values)
    {
        Array(key, GgufType.String, values.Count);
        foreach (var value in values) GgufWriter.Text(_stream, value);
    }

    public void Add(string key, IReadOnlyList<int> values)
    {
        Array(key, GgufType.Int32, values.Count);
        foreach (var value in values) GgufWriter.UInt32(_stream, (uint)value);
    }

    public void Add(string key, IReadOnlyList<float> values)
    {
        Array(key, GgufType.Float32, values.Count);
        foreach (var value in values) GgufWriter.UInt32(_stream, BitConverter.SingleToUInt32Bits(value));
    }

    private void Array(string key, GgufType type, int count)
    {
        Key(key, GgufType.Array);
        GgufWriter.UInt32(_stream, (uint)type);
        GgufWriter.UInt64(_stream, (ulong)count);
    }

    private void Key(string key, GgufType type)
    {
        Count++;
        GgufWriter.Text(_stream, key);
        GgufWriter.UInt32(_stream, (uint)type);
    }
}
