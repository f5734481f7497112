namespace Deliberate.Tensors;

/// <summary>
/// The quantisation of ggml's Q8_0: a block of 32 numbers becomes signed bytes and one F16 scale, the largest magnitude over 127.
/// The numbers are divided by the scale before it is rounded to F16, and rounded to nearest, halves away from zero.
/// </summary>
internal static class EightBitBlocks
{
    public const int Length = 32;

    /// <returns>The scale; bytes · scale are the numbers again, roughly.</returns>
    public static Half Quantise(ReadOnlySpan<float> numbers, Span<sbyte> bytes)
    {
        var largest = 0f;
        foreach (var value in numbers) largest = MathF.Max(largest, MathF.Abs(value));
        var scale = largest / 127;
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var i = 0; i < numbers.Length; i++) bytes[i] = (sbyte)RoundAway(numbers[i] * inverse);
        return (Half)scale;
    }

    private static float RoundAway(float value)
    {
        var magnitude = MathF.Abs(value);
        var floor = MathF.Floor(magnitude);
        return MathF.CopySign(floor + MathF.Floor(2 * (magnitude - floor)), value);
    }
}
