using System.Text;

namespace Deliberate.Models.Tests;

/// <summary>Writes small GGUF files, true or false: every count and offset can be given wrong.</summary>
public sealed class GgufBuilder
{
    private readonly List<byte> _pairs = [];
    private readonly List<byte> _tensors = [];
    private ulong _keys;
    private ulong _count;

    public string Magic { get; set; } = "GGUF";

    public uint Version { get; set; } = 3;

    public ulong? TensorCount { get; set; }

    public ulong? KeyCount { get; set; }

    public int DataBytes { get; set; } = 64;

    /// <summary>The data, in place of <see cref="DataBytes"/> bytes that count up.</summary>
    public byte[]? Data { get; set; }

    /// <summary>One tensor a [2, 8] of F32 and a few pairs.</summary>
    public static GgufBuilder Minimal(string architecture = "llama")
    {
        var builder = new GgufBuilder();
        builder.String("general.architecture", architecture);
        builder.UInt32("llama.block_count", 1);
        builder.Array("tokenizer.ggml.token_type", 5, 3, [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        builder.Array("tokenizer.ggml.tokens", 8, 3, [1, 0, 0, 0, 0, 0, 0, 0, 65, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 66]);
        builder.Tensor("a", 0, 0, 8, 2);
        return builder;
    }

    public void String(string key, string value)
    {
        Raw(key, 8);
        Text(_pairs, value);
    }

    public void LongString(string key, ulong length)
    {
        Raw(key, 8);
        _pairs.AddRange(BitConverter.GetBytes(length));
    }

    public void UInt32(string key, uint value)
    {
        Raw(key, 4);
        _pairs.AddRange(BitConverter.GetBytes(value));
    }

    public void Float32(string key, float value)
    {
        Raw(key, 6);
        _pairs.AddRange(BitConverter.GetBytes(value));
    }

    public void Array(string key, uint type, ulong count, params byte[] content)
    {
        Raw(key, 9);
        _pairs.AddRange(BitConverter.GetBytes(type));
        _pairs.AddRange(BitConverter.GetBytes(count));
        _pairs.AddRange(content);
    }

    public void Raw(string key, uint type)
    {
        _keys++;
        Text(_pairs, key);
        _pairs.AddRange(BitConverter.GetBytes(type));
    }

    /// <summary>Sizes innermost first, as the file has them.</summary>
    public void Tensor(string name, uint type, ulong offset, params long[] sizes)
    {
        _count++;
        Text(_tensors, name);
        _tensors.AddRange(BitConverter.GetBytes((uint)sizes.Length));
        foreach (var size in sizes) _tensors.AddRange(BitConverter.GetBytes(size));
        _tensors.AddRange(BitConverter.GetBytes(type));
        _tensors.AddRange(BitConverter.GetBytes(offset));
    }

    public byte[] Build()
    {
        List<byte> file = [.. Encoding.ASCII.GetBytes(Magic), .. BitConverter.GetBytes(Version), .. BitConverter.GetBytes(TensorCount ?? _count), .. BitConverter.GetBytes(KeyCount ?? _keys), .. _pairs, .. _tensors];
        while (file.Count % 32 != 0) file.Add(0);
        if (Data is not null) file.AddRange(Data);
        else for (var i = 0; i < DataBytes; i++) file.Add((byte)i);
        return [.. file];
    }

    private static void Text(List<byte> target, string text)
    {
        target.AddRange(BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)));
        target.AddRange(Encoding.UTF8.GetBytes(text));
    }
}
