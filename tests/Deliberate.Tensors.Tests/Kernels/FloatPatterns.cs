using System.Globalization;

namespace Deliberate.Tensors.Tests;

/// <summary>
/// The floats as bit patterns, NaN and infinities among them, a fixed number apart: prime, so that every exponent and every low
/// bit gets its turn. DELIBERATE_FLOAT_STRIDE=1 looks at all 2^32 of them, which takes minutes.
/// </summary>
internal static class FloatPatterns
{
    private static readonly uint? s_stride = uint.TryParse(Environment.GetEnvironmentVariable("DELIBERATE_FLOAT_STRIDE"), CultureInfo.InvariantCulture, out var stride) && stride > 0 ? stride : null;

    public delegate void Visitor(ReadOnlySpan<float> values);

    /// <summary>Hands out the patterns from 0 up in blocks of so many; the last is filled up with zeros.</summary>
    /// <returns>How many there were.</returns>
    public static long Visit(uint stride, int block, Visitor visit)
    {
        stride = s_stride ?? stride;
        var values = new float[block];
        var count = 0L;
        for (var pattern = 0UL; pattern <= uint.MaxValue;)
        {
            var filled = 0;
            for (; filled < block && pattern <= uint.MaxValue; filled++, pattern += stride) values[filled] = BitConverter.UInt32BitsToSingle((uint)pattern);
            values.AsSpan(filled).Clear();
            count += filled;
            visit(values);
        }

        return count;
    }
}
