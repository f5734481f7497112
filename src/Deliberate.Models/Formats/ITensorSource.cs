namespace Deliberate.Models;

/// <summary>What a file says of one tensor. Shape is outermost first: a weight is [outputs, inputs].</summary>
internal sealed record TensorInfo(string Name, StoredType Type, ValueList<long> Shape)
{
    /// <summary>Number of elements: the product of the shape, 1 for a scalar.</summary>
    public long Count
    {
        get
        {
            var count = 1L;
            foreach (var size in Shape.AsSpan()) count = checked(count * size);
            return count;
        }
    }

    /// <summary>Bytes it takes where it is stored.</summary>
    public long ByteCount => Type.Bytes(Count);
}

/// <summary>
/// Named tensors that are read one at a time, in pieces if they are long: a safetensors file, a folder of shards, a GGUF file.
/// Elements are counted from 0 in row-major order. Asking for a tensor that is not there is a <c>UserError</c> with the file.
/// Reading is safe from several threads; nothing may be read after the source is disposed.
/// </summary>
internal interface ITensorSource : IDisposable
{
    /// <summary>Where the tensors come from, for messages.</summary>
    string Path { get; }

    /// <summary>The files that hold the tensors.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>In the order of the file.</summary>
    IReadOnlyList<string> Names { get; }

    bool Contains(string name);

    TensorInfo Info(string name);

    /// <summary>Converts elements to F32 (dequantised; integers rounded to nearest). <paramref name="start"/> and the length are multiples of the block.</summary>
    void Read(string name, Span<float> destination, long start = 0);

    /// <summary>Converts elements to F64; exact for every type but 64-bit integers beyond 2^53.</summary>
    void ReadDouble(string name, Span<double> destination, long start = 0);

    /// <summary>Copies bytes as stored, from a byte offset that is a multiple of the block's bytes.</summary>
    void ReadBytes(string name, Span<byte> destination, long offset = 0);
}
