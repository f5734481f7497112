using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>Elements that lie in several places of a buffer, as if they lay one behind the other.</summary>
internal sealed class ElementRanges
{
    private readonly (long Offset, long Length)[] _ranges;
    private readonly long[] _starts;

    /// <param name="ranges">In this order; those that meet become one.</param>
    public ElementRanges(IEnumerable<(long Offset, long Length)> ranges)
    {
        var all = new List<(long Offset, long Length)>();
        foreach (var (offset, length) in ranges)
        {
            if (length == 0) continue;
            if (all.Count > 0 && all[^1].Offset + all[^1].Length == offset) all[^1] = (all[^1].Offset, all[^1].Length + length);
            else all.Add((offset, length));
        }

        _ranges = [.. all];
        _starts = new long[_ranges.Length];
        for (var i = 0; i < _ranges.Length; i++)
        {
            _starts[i] = Length;
            Length += _ranges[i].Length;
        }
    }

    /// <summary>Elements of all of them.</summary>
    public long Length { get; }

    /// <summary>Some of them.</summary>
    public ElementRanges Slice(long from, long count) => new(Pieces(from, count));

    /// <summary>Copies elements from where they lie.</summary>
    /// <param name="at">The first, counted over all ranges.</param>
    public void Read(DeviceBuffer buffer, long at, Span<float> target)
    {
        foreach (var (offset, length) in Pieces(at, target.Length))
        {
            buffer.Read(offset, target[..(int)length]);
            target = target[(int)length..];
        }
    }

    /// <summary>Copies elements to where they lie.</summary>
    public void Write(DeviceBuffer buffer, long at, ReadOnlySpan<float> source)
    {
        foreach (var (offset, length) in Pieces(at, source.Length))
        {
            buffer.Write(offset, source[..(int)length]);
            source = source[(int)length..];
        }
    }

    private IEnumerable<(long Offset, long Length)> Pieces(long from, long count)
    {
        if (count == 0) yield break;
        var i = Array.BinarySearch(_starts, from);
        if (i < 0) i = ~i - 1;
        for (; count > 0; i++)
        {
            var into = from - _starts[i];
            var taken = Math.Min(count, _ranges[i].Length - into);
            yield return (_ranges[i].Offset + into, taken);
            from += taken;
            count -= taken;
        }
    }
}
