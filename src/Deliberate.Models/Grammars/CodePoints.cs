namespace Deliberate.Models;

/// <summary>A set of Unicode scalar values as rising, disjoint ranges; surrogates are in none.</summary>
internal sealed class CodePoints : IEquatable<CodePoints>
{
    private const int Last = 0x10FFFF, FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF;

    private readonly (int Low, int High)[] _ranges;

    private CodePoints(List<(int Low, int High)> ranges)
    {
        ranges.Sort();
        List<(int Low, int High)> merged = [];
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High + 1) merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, range.High));
            else merged.Add(range);
        }

        _ranges = [.. merged];
    }

    public static CodePoints Any { get; } = Of(0, Last);

    public static CodePoints None { get; } = new([]);

    public ReadOnlySpan<(int Low, int High)> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>How many there are.</summary>
    public int Count => _ranges.Sum(r => r.High - r.Low + 1);

    public static CodePoints Of(int low, int high)
    {
        List<(int, int)> ranges = [];
        if (low < FirstSurrogate && low <= high) ranges.Add((low, Math.Min(high, FirstSurrogate - 1)));
        if (high > LastSurrogate && low <= high) ranges.Add((Math.Max(low, LastSurrogate + 1), high));
        return new(ranges);
    }

    public static CodePoints Of(int one) => Of(one, one);

    public static CodePoints Union(IEnumerable<CodePoints> sets) => new([.. sets.SelectMany(s => s._ranges)]);

    public CodePoints Or(CodePoints other) => Union([this, other]);

    public CodePoints And(CodePoints other)
    {
        List<(int, int)> common = [];
        foreach (var (low, high) in _ranges)
        {
            foreach (var (otherLow, otherHigh) in other._ranges)
                if (Math.Max(low, otherLow) <= Math.Min(high, otherHigh)) common.Add((Math.Max(low, otherLow), Math.Min(high, otherHigh)));
        }

        return new(common);
    }

    /// <summary>All others.</summary>
    public CodePoints Not()
    {
        List<CodePoints> gaps = [];
        var next = 0;
        foreach (var (low, high) in _ranges)
        {
            if (next < low) gaps.Add(Of(next, low - 1));
            next = high + 1;
        }

        if (next <= Last) gaps.Add(Of(next, Last));
        return Union(gaps);
    }

    public CodePoints Without(CodePoints other) => And(other.Not());

    public bool Contains(int value) => Array.Exists(_ranges, r => r.Low <= value && value <= r.High);

    /// <summary>What UTF-8 makes of it: sequences of byte ranges, each of which stands for all their combinations.</summary>
    public IEnumerable<(byte Low, byte High)[]> Utf8()
    {
        foreach (var (low, high) in _ranges)
        {
            var from = low;
            foreach (var end in (int[])[0x7F, 0x7FF, 0xFFFF, Last])
            {
                if (from > high) break;
                if (from > end) continue;
                foreach (var sequence in SameLength(from, Math.Min(high, end))) yield return sequence;
                from = Math.Min(high, end) + 1;
            }
        }
    }

    public bool Equals(CodePoints? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePoints);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var range in _ranges) hash.Add(range);
        return hash.ToHashCode();
    }

    /// <summary>A range whose values take as many bytes each: cut until all but the first bytes that differ run over everything.</summary>
    private static IEnumerable<(byte Low, byte High)[]> SameLength(int low, int high)
    {
        if (high <= 0x7F) return [[((byte)low, (byte)high)]];
        for (var bits = 6; bits <= 18; bits += 6)
        {
            var mask = (1 << bits) - 1;
            if ((low & ~mask) == (high & ~mask)) continue;
            if ((low & mask) != 0) return [.. SameLength(low, low | mask), .. SameLength((low | mask) + 1, high)];
            if ((high & mask) != mask) return [.. SameLength(low, (high & ~mask) - 1), .. SameLength(high & ~mask, high)];
        }

        Span<byte> first = stackalloc byte[4], last = stackalloc byte[4];
        var count = new System.Text.Rune(low).EncodeToUtf8(first);
        new System.Text.Rune(high).EncodeToUtf8(last);
        var sequence = new (byte, byte)[count];
        for (var i = 0; i < count; i++) sequence[i] = (first[i], last[i]);
        return [sequence];
    }
}
