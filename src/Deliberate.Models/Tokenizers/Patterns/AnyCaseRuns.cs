namespace Deliberate.Models;

/// <summary>
/// Letters whose case does not matter, as neighbours: <c>(?i:ss)</c> is also ß. From the left, the longest letters that single
/// characters are folded to are these or those characters, as Oniguruma has it; letters with a quantifier stand alone.
/// </summary>
internal static class AnyCaseRuns
{
    /// <summary>The sequence of some parts, none of which is a <see cref="PatternNode.AnyCase"/> any more.</summary>
    public static PatternNode Join(List<PatternNode> parts)
    {
        var joined = new List<PatternNode>();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is not PatternNode.AnyCase)
            {
                joined.Add(Alone(parts[i]));
                continue;
            }

            var letters = new List<int>();
            for (; i < parts.Count && parts[i] is PatternNode.AnyCase letter; i++) letters.AddRange(CaseFolding.Expand(letter.CodePoint));
            i--;
            Add(letters.ToArray(), joined);
        }

        return joined.Count == 1 ? joined[0] : new PatternNode.Sequence(joined);
    }

    /// <summary>A repeated letter, whatever is around the repetition.</summary>
    private static PatternNode Alone(PatternNode part)
    {
        if (part is PatternNode.Repeat repeat) return repeat with { Part = Alone(repeat.Part) };
        if (part is not PatternNode.AnyCase letter) return part;
        var joined = new List<PatternNode>();
        Add(CaseFolding.Expand(letter.CodePoint), joined);
        return joined.Count == 1 ? joined[0] : new PatternNode.Sequence(joined);
    }

    private static void Add(ReadOnlySpan<int> letters, List<PatternNode> joined)
    {
        while (letters.Length > 0)
        {
            var (length, characters) = CaseFolding.Contract(letters);
            if (length == 0)
            {
                joined.Add(Character(letters[0]));
                letters = letters[1..];
                continue;
            }

            var spelled = new List<PatternNode>();
            foreach (var letter in letters[..length]) spelled.Add(Character(letter));
            joined.Add(new PatternNode.Choice([new PatternNode.Sequence(spelled), new PatternNode.Characters(CodePointSet.Of(characters))]));
            letters = letters[length..];
        }
    }

    private static PatternNode.Characters Character(int letter) => new(CaseFolding.Close(letter));
}
