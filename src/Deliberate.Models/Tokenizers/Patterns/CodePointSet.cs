namespace Deliberate.Models;

/// <summary>A set of code points, as ranges: ascending, apart, and not touching.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    private const int LastCodePoint = 0x10FFFF;

    private readonly (int First, int Last)[] _ranges;

    private CodePointSet((int First, int Last)[] ranges) => _ranges = ranges;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([(0, LastCodePoint)]);

    public ReadOnlySpan<(int First, int Last)> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>The set of some ranges, in any order.</summary>
    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1) merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }

        return new CodePointSet([.. merged]);
    }

    public static CodePointSet Of(params ReadOnlySpan<int> codePoints)
    {
        var ranges = new (int, int)[codePoints.Length];
        for (var i = 0; i < ranges.Length; i++) ranges[i] = (codePoints[i], codePoints[i]);
        return Of(ranges);
    }

    public CodePointSet Union(CodePointSet other) => IsEmpty ? other : other.IsEmpty ? this : Of(_ranges.Concat(other._ranges));

    public CodePointSet Intersect(CodePointSet other)
    {
        var common = new List<(int, int)>();
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            var (a, b) = (_ranges[i], other._ranges[j]);
            var (first, last) = (Math.Max(a.First, b.First), Math.Min(a.Last, b.Last));
            if (first <= last) common.Add((first, last));
            if (a.Last < b.Last) i++;
            else j++;
        }

        return new CodePointSet([.. common]);
    }

    public CodePointSet Complement()
    {
        var gaps = new List<(int, int)>(_ranges.Length + 1);
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (next < first) gaps.Add((next, first - 1));
            next = last + 1;
        }

        if (next <= LastCodePoint) gaps.Add((next, LastCodePoint));
        return new CodePointSet([.. gaps]);
    }

    public CodePointSet Except(CodePointSet other) => Intersect(other.Complement());

    public bool Contains(int codePoint)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < _ranges[middle].First) high = middle - 1;
            else if (codePoint > _ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }

    public bool Equals(CodePointSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var range in _ranges) hash.Add(range);
        return hash.ToHashCode();
    }
}
