using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Patterns of the form <c>\s?[a-z…]+</c>: perhaps one white space, then one or more characters of a class that is spelled out
/// (<c>\s?</c> and <c>+</c> may be absent). Over code points, so the class may name characters beyond U+FFFF, as DeepSeek's does,
/// which .NET's regular expressions cannot see as one symbol.
/// </summary>
internal sealed class RangeSplitter : Splitter
{
    private const string OptionalSpace = @"\s?";

    private readonly bool _takesSpace;
    private readonly bool _repeats;
    private readonly bool[] _ascii = new bool[0x80];

    /// <summary>Ranges of code points, ascending and apart.</summary>
    private readonly (int First, int Last)[] _ranges;

    private RangeSplitter(bool takesSpace, bool repeats, (int First, int Last)[] ranges)
    {
        (_takesSpace, _repeats, _ranges) = (takesSpace, repeats, ranges);
        for (var value = 0; value < _ascii.Length; value++) _ascii[value] = Search(value);
    }

    /// <summary>The splitter of a pattern; null if it is not of this form.</summary>
    public static RangeSplitter? ForPattern(string pattern)
    {
        var rest = pattern.AsSpan();
        var takesSpace = rest.StartsWith(OptionalSpace, StringComparison.Ordinal);
        if (takesSpace) rest = rest[OptionalSpace.Length..];
        var repeats = rest.EndsWith("+", StringComparison.Ordinal);
        if (repeats) rest = rest[..^1];
        if (rest.Length < 3 || rest[0] != '[' || rest[^1] != ']') return null;
        return Ranges(rest[1..^1]) is { } ranges ? new RangeSplitter(takesSpace, repeats, ranges) : null;
    }

    public override void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts)
    {
        text = text[..end];
        var pending = start;
        for (var position = start; position < end;)
        {
            var inside = Holds(text, position, out var length);
            var from = position;
            position += length;
            if (_takesSpace && position < end && (CharacterClasses.At(text, from, out _) & CharacterClass.Space) != 0 && Holds(text, position, out length))
            {
                position += length;
                inside = true;
            }

            if (!inside) continue;
            while (_repeats && position < end && Holds(text, position, out length)) position += length;
            Add(parts, pending, from, matches: false);
            Add(parts, from, position, matches: true);
            pending = position;
        }

        Add(parts, pending, end, matches: false);
    }

    /// <summary>The ranges of a class without escapes, negation or nesting; null for another.</summary>
    private static (int First, int Last)[]? Ranges(ReadOnlySpan<char> content)
    {
        if (content[0] == '^' || content.IndexOfAny(@"\[]&") >= 0) return null;
        var runes = new List<int>();
        foreach (var rune in content.EnumerateRunes()) runes.Add(rune.Value);
        var ranges = new List<(int First, int Last)>();
        for (var i = 0; i < runes.Count; i++)
        {
            if (runes[i] == '-') return null;
            var last = i + 2 < runes.Count && runes[i + 1] == '-' ? runes[i + 2] : runes[i];
            if (last < runes[i] || (last == '-' && last != runes[i])) return null;
            ranges.Add((runes[i], last));
            if (i + 2 < runes.Count && runes[i + 1] == '-') i += 2;
        }

        ranges.Sort();
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1) merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }

        return [.. merged];
    }

    private bool Holds(ReadOnlySpan<byte> text, int position, out int length)
    {
        var first = text[position];
        if (first < _ascii.Length)
        {
            length = 1;
            return _ascii[first];
        }

        Rune.DecodeFromUtf8(text[position..], out var rune, out length);
        return Search(rune.Value);
    }

    private bool Search(int value)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (value < _ranges[middle].First) high = middle - 1;
            else if (value > _ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }
}
