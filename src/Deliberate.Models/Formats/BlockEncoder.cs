using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// Quantises F32 to the blocks of 32 of ggml, bit for bit as gguf-py's reference does: Q8_0 by the largest magnitude over 127
/// (rounded half away from zero), Q4_0 and Q5_0 by the value of largest magnitude over -8 or -16, Q4_1 and Q5_1 between least
/// and greatest. Scales are computed in F32 and stored as F16; the values are divided by the scale before that rounding.
/// </summary>
internal static class BlockEncoder
{
    public static void Encode(StoredType type, ReadOnlySpan<float> source, Span<byte> blocks)
    {
        if (type.BlockElements() > 32)
        {
            SuperBlockEncoder.Encode(type, source, blocks);
            return;
        }

        var bytes = type.BlockBytes();
        if (type is not (StoredType.Q4_0 or StoredType.Q4_1 or StoredType.Q5_0 or StoredType.Q5_1 or StoredType.Q8_0))
            throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that can be written");
        var count = source.Length / 32;
        if (source.Length % 32 != 0 || blocks.Length != count * bytes) throw new ArgumentException("not whole blocks", nameof(source));
        for (var i = 0; i < count; i++)
        {
            var x = source.Slice(i * 32, 32);
            var block = blocks.Slice(i * bytes, bytes);
            switch (type)
            {
                case StoredType.Q8_0: EightBits(x, block); break;
                case StoredType.Q4_0: Symmetric(x, 8, block, block[2..], default); break;
                case StoredType.Q5_0: Symmetric(x, 16, block, block[6..], block.Slice(2, 4)); break;
                case StoredType.Q4_1: Affine(x, 15, block, block[4..], default); break;
                default: Affine(x, 31, block, block[8..], block.Slice(4, 4)); break;
            }
        }
    }

    private static void EightBits(ReadOnlySpan<float> x, Span<byte> block) =>
        BinaryPrimitives.WriteHalfLittleEndian(block, EightBitBlocks.Quantise(x, MemoryMarshal.Cast<byte, sbyte>(block[2..])));

    /// <summary>q = trunc(x / d + levels + 1/2) in double, with d = (the value of largest magnitude) / -levels.</summary>
    private static void Symmetric(ReadOnlySpan<float> x, int levels, Span<byte> scaleBytes, Span<byte> low, Span<byte> fifth)
    {
        var extreme = x[0];
        foreach (var value in x)
        {
            if (MathF.Abs(value) > MathF.Abs(extreme)) extreme = value;
        }

        var scale = extreme / -levels;
        var inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(scaleBytes, (Half)scale);
        Span<int> q = stackalloc int[32];
        for (var i = 0; i < 32; i++) q[i] = Math.Clamp((int)(((double)x[i] * inverse) + levels + 0.5), 0, (2 * levels) - 1);
        Pack(q, low, fifth);
    }

    /// <summary>q = trunc((x - m) / d + 1/2) in float, with m the least value and d = (greatest - least) / top.</summary>
    private static void Affine(ReadOnlySpan<float> x, int top, Span<byte> scaleBytes, Span<byte> low, Span<byte> fifth)
    {
        var least = x[0];
        var greatest = x[0];
        foreach (var value in x)
        {
            least = MathF.Min(least, value);
            greatest = MathF.Max(greatest, value);
        }

        var scale = (greatest - least) / top;
        var inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(scaleBytes, (Half)scale);
        BinaryPrimitives.WriteHalfLittleEndian(scaleBytes[2..], (Half)least);
        Span<int> q = stackalloc int[32];
        for (var i = 0; i < 32; i++) q[i] = Math.Clamp((int)(((x[i] - least) * inverse) + 0.5f), 0, top);
        Pack(q, low, fifth);
    }

    private static void Pack(ReadOnlySpan<int> q, Span<byte> low, Span<byte> fifth)
    {
        for (var i = 0; i < 16; i++) low[i] = (byte)((q[i] & 0xF) | ((q[i + 16] & 0xF) << 4));
        if (fifth.IsEmpty) return;
        var bits = 0u;
        for (var i = 0; i < 32; i++) bits |= (uint)(q[i] >> 4) << i;
        BinaryPrimitives.WriteUInt32LittleEndian(fifth, bits);
    }
}
