namespace Deliberate.Models;

/// <summary>
/// Dequantises the blocks of 256 elements of ggml (Q2_K to Q6_K) to F32. Such a block holds 8 or 16 groups, each with a scale
/// (and, for some types, a minimum) of 4 to 8 bits that is itself scaled by the block's F16 d (and dmin). The order of F32
/// roundings is gguf-py's: (d · scale) · q, or (d · scale) · q - (dmin · minimum).
/// </summary>
internal static class SuperBlockDecoder
{
    public static void Decode(StoredType type, ReadOnlySpan<byte> block, Span<float> x)
    {
        switch (type)
        {
            case StoredType.Q2_K: Q2(block, x); break;
            case StoredType.Q3_K: Q3(block, x); break;
            case StoredType.Q4_K: Q4(block, x); break;
            case StoredType.Q5_K: Q5(block, x); break;
            case StoredType.Q6_K: Q6(block, x); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "not a block type");
        }
    }

    /// <summary>scales [16] (low half scale, high half minimum), q [64] of 2 bits, d, dmin. Groups of 16.</summary>
    private static void Q2(ReadOnlySpan<byte> block, Span<float> x)
    {
        var d = BlockDecoder.Scale(block[80..]);
        var dMin = BlockDecoder.Scale(block[82..]);
        for (var group = 0; group < 16; group++)
        {
            var scale = d * (block[group] & 0xF);
            var minimum = dMin * (block[group] >> 4);
            var q = TwoBits(block[16..80], group, out var shift);
            for (var i = 0; i < 16; i++) x[(group * 16) + i] = (scale * ((q[i] >> shift) & 3)) - minimum;
        }
    }

    /// <summary>hmask [32] with the third bits (set means no subtraction of 4), q [64] of 2 bits, scales [12] of 6 bits, d. Groups of 16.</summary>
    private static void Q3(ReadOnlySpan<byte> block, Span<float> x)
    {
        var mask = block[..32];
        var scales = block[96..108];
        var d = BlockDecoder.Scale(block[108..]);
        for (var group = 0; group < 16; group++)
        {
            var low = (scales[group & 7] >> (group < 8 ? 0 : 4)) & 0xF;
            var high = (scales[8 + (group & 3)] >> (2 * (group >> 2))) & 3;
            var scale = d * ((low | (high << 4)) - 32);
            var q = TwoBits(block[32..96], group, out var shift);
            var bits = mask.Slice(16 * (group & 1), 16);
            for (var i = 0; i < 16; i++)
            {
                var third = ((bits[i] >> (group >> 1)) & 1) ^ 1;
                x[(group * 16) + i] = scale * (((q[i] >> shift) & 3) - (third << 2));
            }
        }
    }

    /// <summary>d, dmin, scales [12], q [128] of 4 bits. Groups of 32: even ones in the low halves, odd ones in the high halves.</summary>
    private static void Q4(ReadOnlySpan<byte> block, Span<float> x)
    {
        var d = BlockDecoder.Scale(block);
        var dMin = BlockDecoder.Scale(block[2..]);
        for (var group = 0; group < 8; group++)
        {
            var (scale, minimum) = ScaleAndMinimum(block[4..16], group, d, dMin);
            var q = block.Slice(16 + (32 * (group >> 1)), 32);
            var shift = 4 * (group & 1);
            for (var i = 0; i < 32; i++) x[(group * 32) + i] = (scale * ((q[i] >> shift) & 0xF)) - minimum;
        }
    }

    /// <summary>As Q4, with the fifth bits of group g in bit g of qh [32], which stands before q.</summary>
    private static void Q5(ReadOnlySpan<byte> block, Span<float> x)
    {
        var d = BlockDecoder.Scale(block);
        var dMin = BlockDecoder.Scale(block[2..]);
        var fifth = block[16..48];
        for (var group = 0; group < 8; group++)
        {
            var (scale, minimum) = ScaleAndMinimum(block[4..16], group, d, dMin);
            var q = block.Slice(48 + (32 * (group >> 1)), 32);
            var shift = 4 * (group & 1);
            for (var i = 0; i < 32; i++) x[(group * 32) + i] = (scale * (((q[i] >> shift) & 0xF) | (((fifth[i] >> group) & 1) << 4))) - minimum;
        }
    }

    /// <summary>ql [128] of 4 bits, qh [64] of 2 bits, signed scales [16], d. Values minus 32; groups of 16.</summary>
    private static void Q6(ReadOnlySpan<byte> block, Span<float> x)
    {
        var d = BlockDecoder.Scale(block[208..]);
        for (var half = 0; half < 2; half++)
        {
            var low = block.Slice(64 * half, 64);
            var high = block.Slice(128 + (32 * half), 32);
            for (var run = 0; run < 4; run++)
            {
                for (var i = 0; i < 32; i++)
                {
                    var scale = d * (sbyte)block[192 + (8 * half) + (2 * run) + (i >> 4)];
                    var q = ((low[(32 * (run & 1)) + i] >> (4 * (run >> 1))) & 0xF) | (((high[i] >> (2 * run)) & 3) << 4);
                    x[(128 * half) + (32 * run) + i] = scale * (q - 32);
                }
            }
        }
    }

    /// <summary>Where the 16 two-bit values of a group are: each run of 32 bytes holds 128 elements, 32 by each of four shifts.</summary>
    private static ReadOnlySpan<byte> TwoBits(ReadOnlySpan<byte> q, int group, out int shift)
    {
        shift = 2 * ((group >> 1) & 3);
        return q.Slice((32 * (group >> 3)) + (16 * (group & 1)), 16);
    }

    /// <summary>Eight scales and eight minima of 6 bits in 12 bytes: four whole ones, and four put together from halves and top bits.</summary>
    private static (float Scale, float Minimum) ScaleAndMinimum(ReadOnlySpan<byte> packed, int group, float d, float dMin)
    {
        int scale, minimum;
        if (group < 4)
        {
            scale = packed[group] & 0x3F;
            minimum = packed[group + 4] & 0x3F;
        }
        else
        {
            scale = (packed[group + 4] & 0xF) | ((packed[group - 4] >> 2) & 0x30);
            minimum = (packed[group + 4] >> 4) | ((packed[group] >> 2) & 0x30);
        }

        return (d * scale, dMin * minimum);
    }
}
