using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The coarsest division of all code points into classes such that every set of a pattern is a union of classes. To the pattern
/// the characters of a class are one: with one letter for each class a regular expression over UTF-16 sees each code point as one
/// symbol, and sets need no tables of its own.
/// </summary>
internal sealed class CodePointClasses
{
    private const int BlockBits = 8;

    /// <summary>The block of each 256 code points.</summary>
    private readonly char[][] _blocks = new char[0x110000 >> BlockBits][];
    private readonly (int First, char Class)[] _intervals;

    private CodePointClasses((int First, char Class)[] intervals)
    {
        _intervals = intervals;
        Count = intervals.Max(interval => interval.Class) + 1;
        var next = 0;
        var current = '\0';
        var uniform = new Dictionary<char, char[]>();
        for (var block = 0; block < _blocks.Length; block++)
        {
            var start = block << BlockBits;
            var classes = new char[1 << BlockBits];
            for (var i = 0; i < classes.Length; i++)
            {
                if (next < intervals.Length && intervals[next].First == start + i) current = intervals[next++].Class;
                classes[i] = current;
            }

            // Most blocks are of one class.
            if (classes.AsSpan().ContainsAnyExcept(current)) _blocks[block] = classes;
            else _blocks[block] = uniform.TryGetValue(current, out var same) ? same : uniform[current] = classes;
        }
    }

    /// <summary>Classes are numbered from 0 below this.</summary>
    public int Count { get; }

    public static CodePointClasses Of(IEnumerable<CodePointSet> sets)
    {
        var distinct = sets.Distinct().ToArray();
        var starts = new SortedSet<int> { 0 };
        foreach (var set in distinct)
        {
            foreach (var (first, last) in set.Ranges)
            {
                starts.Add(first);
                if (last < 0x10FFFF) starts.Add(last + 1);
            }
        }

        int[] firsts = [.. starts];
        var classes = new int[firsts.Length];
        var count = 1;
        foreach (var set in distinct) count = Refine(firsts, classes, set, count);
        return new CodePointClasses([.. firsts.Select((first, i) => (first, (char)classes[i]))]);
    }

    public char Of(Rune rune) => _blocks[rune.Value >> BlockBits][rune.Value & ((1 << BlockBits) - 1)];

    /// <summary>The classes of a set, ascending.</summary>
    public IEnumerable<char> Of(CodePointSet set) => _intervals.Where(interval => set.Contains(interval.First)).Select(interval => interval.Class).Distinct().Order();

    /// <summary>Divides each class into what is inside and outside of a set; a class that lies on one side keeps its number.</summary>
    private static int Refine(int[] firsts, int[] classes, CodePointSet set, int count)
    {
        var outside = new HashSet<int>();
        var inside = new bool[firsts.Length];
        for (var i = 0; i < firsts.Length; i++)
        {
            inside[i] = set.Contains(firsts[i]);
            if (!inside[i]) outside.Add(classes[i]);
        }

        var divided = new Dictionary<int, int>();
        for (var i = 0; i < firsts.Length; i++)
        {
            if (!inside[i] || !outside.Contains(classes[i])) continue;
            if (!divided.TryGetValue(classes[i], out var part)) divided[classes[i]] = part = count++;
            classes[i] = part;
        }

        return count;
    }
}
