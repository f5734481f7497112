using System.Buffers.Binary;

namespace Deliberate.Models;

/// <summary>
/// Quantises F32 to ggml's blocks of 256 elements, Q4_K and Q6_K. Each group gets the scale (and, in Q4_K, the minimum) that makes
/// its weighted squared error least: for some candidates of the scale the integers are rounded, and the best scale for those integers
/// follows in closed form. The groups' scales are then rounded to 6 or 8 bits of the block's own scale, and the integers once more for
/// what became of them. Larger elements weigh more. Other encoders choose other candidates: files differ, the layout does not.
/// </summary>
internal static class SuperBlockEncoder
{
    private const int Elements = 256;

    public static void Encode(StoredType type, ReadOnlySpan<float> source, Span<byte> blocks)
    {
        var bytes = type.BlockBytes();
        if (source.Length % Elements != 0 || blocks.Length != source.Length / Elements * bytes) throw new ArgumentException("not whole blocks", nameof(source));
        for (var i = 0; i < source.Length / Elements; i++)
        {
            var x = source.Slice(i * Elements, Elements);
            var block = blocks.Slice(i * bytes, bytes);
            block.Clear();
            switch (type)
            {
                case StoredType.Q4_K: Q4(x, block); break;
                case StoredType.Q6_K: Q6(x, block); break;
                default: throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that can be written");
            }
        }
    }

    /// <summary>Eight groups of 32: x = scale · q - minimum, q of 4 bits, scale and minimum of 6.</summary>
    private static void Q4(ReadOnlySpan<float> x, Span<byte> block)
    {
        const int Groups = 8, Size = 32, Top = 15, Steps = 63;
        Span<float> scales = stackalloc float[Groups], minima = stackalloc float[Groups];
        for (var g = 0; g < Groups; g++) (scales[g], minima[g]) = AffineFit.Best(x.Slice(g * Size, Size), Top);
        float largestScale = 0, largestMinimum = 0;
        for (var g = 0; g < Groups; g++) (largestScale, largestMinimum) = (Math.Max(largestScale, scales[g]), Math.Max(largestMinimum, minima[g]));
        var (d, dMin) = ((Half)(largestScale / Steps), (Half)(largestMinimum / Steps));
        BinaryPrimitives.WriteHalfLittleEndian(block, d);
        BinaryPrimitives.WriteHalfLittleEndian(block[2..], dMin);
        for (var g = 0; g < Groups; g++)
        {
            var scale = Step(scales[g], (float)d);
            var minimum = Step(minima[g], (float)dMin);
            Pack(block[4..16], g, scale, minimum);
            var (by, less) = ((float)d * scale, (float)dMin * minimum);
            var q = block.Slice(16 + (Size * (g / 2)), Size);
            for (var i = 0; i < Size; i++)
            {
                var value = by == 0 ? 0 : Math.Clamp((int)MathF.Round((x[(g * Size) + i] + less) / by), 0, Top);
                q[i] |= (byte)(value << (4 * (g & 1)));
            }
        }

        static int Step(float value, float unit) => unit == 0 ? 0 : Math.Clamp((int)MathF.Round(value / unit), 0, Steps);
    }

    /// <summary>The layout that <see cref="SuperBlockDecoder"/> reads: whole 6 bits for four groups, halves and top bits for the others.</summary>
    private static void Pack(Span<byte> packed, int group, int scale, int minimum)
    {
        if (group < 4)
        {
            packed[group] |= (byte)scale;
            packed[group + 4] |= (byte)minimum;
            return;
        }

        packed[group + 4] = (byte)((scale & 0xF) | ((minimum & 0xF) << 4));
        packed[group - 4] |= (byte)((scale >> 4) << 6);
        packed[group] |= (byte)((minimum >> 4) << 6);
    }

    /// <summary>Sixteen groups of 16: x = scale · (q - 32), q of 6 bits, signed scale of 8.</summary>
    private static void Q6(ReadOnlySpan<float> x, Span<byte> block)
    {
        const int Groups = 16, Size = 16, Half = 32;
        Span<float> scales = stackalloc float[Groups];
        float extreme = 0;
        for (var g = 0; g < Groups; g++)
        {
            scales[g] = SymmetricFit.Best(x.Slice(g * Size, Size), Half);
            if (Math.Abs(scales[g]) > Math.Abs(extreme)) extreme = scales[g];
        }

        // The one of largest magnitude becomes -128, the only byte that has no opposite.
        var d = (System.Half)(extreme / -128);
        BinaryPrimitives.WriteHalfLittleEndian(block[208..], d);
        if ((float)d == 0)
        {
            // All zero, or too small for the format: q - 32 is then of no matter.
            return;
        }

        for (var g = 0; g < Groups; g++)
        {
            var step = Math.Clamp((int)MathF.Round(scales[g] / (float)d), -128, 127);
            block[192 + g] = (byte)(sbyte)step;
            var by = (float)d * step;
            for (var i = 0; i < Size; i++)
            {
                var q = by == 0 ? Half : Math.Clamp((int)MathF.Round(x[(g * Size) + i] / by), -Half, Half - 1) + Half;
                var (half, run, at) = (g / 8, g % 8 / 2, ((g & 1) * Size) + i);
                block[(64 * half) + (32 * (run & 1)) + at] |= (byte)((q & 0xF) << (4 * (run >> 1)));
                block[128 + (32 * half) + at] |= (byte)((q >> 4) << (2 * run));
            }
        }
    }
}
