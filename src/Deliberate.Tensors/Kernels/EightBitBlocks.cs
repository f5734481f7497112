using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deliberate.Tensors;

/// <summary>
/// The quantisation of ggml's Q8_0: a block of 32 numbers becomes signed bytes and one F16 scale, the largest magnitude over 127.
/// The numbers are divided by the scale before it is rounded to F16, and rounded to nearest, halves away from zero.
/// </summary>
internal static class EightBitBlocks
{
    public const int Length = 32;

    /// <returns>The scale; bytes · scale are the numbers again, roughly.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Half Quantise(ReadOnlySpan<float> numbers, Span<sbyte> bytes)
    {
        var largest = 0f;
        var width = Vector256<float>.Count;
        var whole = numbers.Length / width * width;
        var peaks = Vector256<float>.Zero;
        for (var i = 0; i < whole; i += width) peaks = Vector256.Max(peaks, Vector256.Abs(Vector256.Create(numbers[i..])));
        for (var i = 0; i < width; i++) largest = MathF.Max(largest, peaks[i]);
        for (var i = whole; i < numbers.Length; i++) largest = MathF.Max(largest, MathF.Abs(numbers[i]));
        var scale = largest / 127;
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < whole; i += width)
        {
            var value = Vector256.Create(numbers[i..]) * inverse;
            var rounded = Vector256.ConvertToInt32(Vector256.CopySign(RoundUp(Vector256.Abs(value)), value));
            for (var k = 0; k < width; k++) bytes[i + k] = (sbyte)rounded[k];
        }

        for (var i = whole; i < numbers.Length; i++)
        {
            var value = numbers[i] * inverse;
            bytes[i] = (sbyte)MathF.CopySign(RoundUp(Vector256.Create(MathF.Abs(value)))[0], value);
        }

        return (Half)scale;
    }

    /// <summary>To nearest, halves up: exact, where adding a half first would round 0.49999997 to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> RoundUp(Vector256<float> magnitude)
    {
        var floor = Vector256.Floor(magnitude);
        return floor + Vector256.Floor((magnitude - floor) * 2);
    }
}
