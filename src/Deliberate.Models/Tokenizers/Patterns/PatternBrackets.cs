namespace Deliberate.Models;

/// <summary>
/// A class of characters in brackets, as Oniguruma reads it: ranges, escapes, POSIX brackets, classes within, intersection by
/// <c>&amp;&amp;</c>; and the difference <c>[\p{L}--[a-z]]</c> of other dialects, where Oniguruma has no reading of its own.
/// </summary>
internal sealed class PatternBrackets(PatternReader reader)
{
    private const int MostDepth = 50;

    private int _depth;

    /// <summary>Reads from behind the opening bracket to behind the closing one.</summary>
    /// <param name="anyCase">Letters stand for those of another case too.</param>
    public CodePointSet Read(bool anyCase)
    {
        var (set, negated) = Operands();
        if (anyCase) set = CaseFolding.Close(set);
        return negated ? set.Complement() : set;
    }

    private CodePointSet Nested()
    {
        var (set, negated) = Operands();
        return negated ? set.Complement() : set;
    }

    private (CodePointSet Set, bool Negated) Operands()
    {
        if (++_depth > MostDepth) throw reader.Unsupported($"more than {MostDepth} classes in one another");
        var negated = reader.Take("^");
        var set = Items(isFirst: true);
        while (!reader.Take("]"))
        {
            var both = reader.Take("&&");
            if (!both) reader.Take("--");
            var other = Items(isFirst: false);
            set = both ? set.Intersect(other) : set.Except(other);
        }

        _depth--;
        return (set, negated);
    }

    /// <summary>The union of what stands up to an operator or the end, which is not taken.</summary>
    private CodePointSet Items(bool isFirst)
    {
        var ranges = new List<(int, int)>();
        var sets = CodePointSet.Empty;
        var afterSet = false;
        for (var first = true; ; first = false)
        {
            if (reader.AtEnd) throw reader.Error("a bracket is not closed");
            if (reader.StartsWith("&&") || (afterSet && reader.StartsWith("--")) || (reader.Next == ']' && !(first && isFirst && IsClosedLater()))) break;
            if (Set() is { } set)
            {
                sets = sets.Union(set);
                afterSet = true;
                continue;
            }

            afterSet = false;
            var start = Character();
            if (!IsRange())
            {
                ranges.Add((start, start));
                continue;
            }

            reader.Take();
            if (Set() is not null) throw reader.Error("a range ends with a class");
            var end = Character();
            ranges.Add(start <= end ? (start, end) : throw reader.Error("a range ends before it begins"));
            // In a-c-e the second hyphen is one.
            if (reader.Next != '-' || reader.StartsWith("-]")) continue;
            reader.Take();
            ranges.Add(('-', '-'));
        }

        if (isFirst && ranges.Count == 0 && sets.IsEmpty && reader.Next == ']' && !afterSet) throw reader.Error("a class is empty");
        return sets.Union(CodePointSet.Of(ranges));
    }

    /// <summary>A set, if one comes next; the reader stays where it is for a character.</summary>
    private CodePointSet? Set()
    {
        if (reader.StartsWith("[:") && Posix() is { } named) return named;
        if (reader.Take("[")) return Nested();
        var before = reader.Position;
        if (!reader.Take("\\")) return null;
        var letter = reader.Take();
        if (reader.Set(letter, inBrackets: true) is { } set) return set;
        reader.Position = before;
        return null;
    }

    private int Character()
    {
        if (!reader.Take("\\")) return reader.Take();
        var letter = reader.Take();
        if (letter == 'b') return '\b';
        if (letter is 'R' or 'X' or 'N' or 'O' or 'K') throw reader.Unsupported($@"\{(char)letter} in brackets");
        return reader.Character(letter) ?? letter;
    }

    private bool IsRange() => reader.Next == '-' && !reader.StartsWith("-]") && !reader.StartsWith("-&&");

    private CodePointSet? Posix()
    {
        var before = reader.Position;
        reader.Take("[:");
        var negated = reader.Take("^");
        var start = reader.Position;
        while (reader.Next is >= 'a' and <= 'z' or >= 'A' and <= 'Z') reader.Take();
        var length = reader.Position - start;
        if (length == 0 || !reader.StartsWith(":]"))
        {
            reader.Position = before;
            return null;
        }

        reader.Position = start;
        var name = reader.TakeTo(':');
        reader.Take("]");
        var set = name == "whitespace" ? null : UnicodeProperties.Posix(name);
        if (set is null) throw reader.Unsupported($"the class [:{name}:]");
        return negated ? set.Complement() : set;
    }

    /// <summary>Whether a bracket that stands first is a character of the class: where another one closes it.</summary>
    private bool IsClosedLater()
    {
        var before = reader.Position;
        reader.Take();
        var found = false;
        while (!reader.AtEnd && !found)
        {
            var c = reader.Take();
            if (c == '\\' && !reader.AtEnd) reader.Take();
            else found = c == ']';
        }

        reader.Position = before;
        return found;
    }
}
