using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A finite automaton over characters, without empty steps: what patterns, lengths and formats of one string are made of before they
/// are written down, since unlike grammars such automata can be intersected. State 0 begins. (Glushkov's construction.)
/// </summary>
internal sealed class CharAutomaton
{
    /// <summary>States: a bound on a length of many thousands beside a pattern is refused.</summary>
    private const int MostStates = 20_000;

    /// <summary>Steps between them, which repeating what may be empty makes the square of: <c>(a?){9999}</c> needs 5e7.</summary>
    private const int MostSteps = 200_000;

    private readonly List<bool> _accepts = [];
    private readonly List<List<(CodePoints Set, int To)>> _steps = [];
    private int _joined;

    private CharAutomaton()
    {
    }

    public int Count => _accepts.Count;

    public bool Accepts(int state) => _accepts[state];

    public IReadOnlyList<(CodePoints Set, int To)> Steps(int state) => _steps[state];

    /// <summary>The texts of a pattern that has no rules.</summary>
    public static CharAutomaton Of(Pattern pattern)
    {
        var made = new CharAutomaton();
        made.Add(false);
        List<CodePoints> sets = [CodePoints.None];
        var whole = made.Walk(pattern, sets);
        made._accepts[0] = whole.IsNullable;
        foreach (var first in whole.First) made._steps[0].Add((sets[first], first));
        foreach (var last in whole.Last) made._accepts[last] = true;
        return made;
    }

    /// <summary>Texts of so many characters.</summary>
    public static CharAutomaton OfLength(int least, int? most)
    {
        if (Math.Max(least, most ?? 0) >= MostStates) throw TooLarge();
        var made = new CharAutomaton();
        var count = (most ?? least) + 1;
        for (var i = 0; i < count; i++) made.Add(i >= least);
        for (var i = 0; i + 1 < count; i++) made._steps[i].Add((CodePoints.Any, i + 1));
        if (most is null) made._steps[least].Add((CodePoints.Any, least));
        return made;
    }

    /// <summary>Every text but some.</summary>
    public static CharAutomaton Except(IEnumerable<string> texts)
    {
        var made = new CharAutomaton();
        made.Add(true);
        made.Add(true);
        const int other = 1;
        made._steps[other].Add((CodePoints.Any, other));
        List<Dictionary<int, int>> children = [[], []];
        foreach (var text in texts)
        {
            var at = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                if (!children[at].TryGetValue(rune.Value, out var next))
                {
                    next = children[at][rune.Value] = made.Add(true);
                    children.Add([]);
                }

                at = next;
            }

            made._accepts[at] = false;
        }

        for (var state = 0; state < made.Count; state++)
        {
            if (state == other) continue;
            foreach (var (value, to) in children[state]) made._steps[state].Add((CodePoints.Of(value), to));
            made._steps[state].Add((CodePoints.Union(children[state].Keys.Select(value => CodePoints.Of(value))).Not(), other));
        }

        return made;
    }

    /// <summary>Every text that a word is no part of: a state for each beginning of it that the text may end with.</summary>
    public static CharAutomaton Without(string word)
    {
        var made = new CharAutomaton();
        int[] letters = [.. word.EnumerateRunes().Select(r => r.Value)];
        for (var i = 0; i < letters.Length; i++) made.Add(true);
        for (var matched = 0; matched < letters.Length; matched++)
        {
            // Only letters of the word lead anywhere but to the beginning.
            foreach (var next in letters.Distinct())
                if (Longest(matched, next) is > 0 and var to && to < letters.Length) made._steps[matched].Add((CodePoints.Of(next), to));
            made._steps[matched].Add((CodePoints.Union(letters.Distinct().Where(l => Longest(matched, l) > 0).Select(l => CodePoints.Of(l))).Not(), 0));
        }

        return made;

        int Longest(int matched, int next)
        {
            int[] text = [.. letters.AsSpan(0, matched), next];
            for (var length = text.Length; length > 0; length--)
                if (text.AsSpan(text.Length - length).SequenceEqual(letters.AsSpan(0, length))) return length;
            return 0;
        }
    }

    /// <summary>The texts of both.</summary>
    public CharAutomaton And(CharAutomaton other)
    {
        var made = new CharAutomaton();
        var known = new Dictionary<(int, int), int>();
        var open = new Queue<(int Left, int Right)>();
        Reach(0, 0);
        while (open.TryDequeue(out var pair))
        {
            var from = known[pair];
            foreach (var (set, to) in _steps[pair.Left])
            {
                foreach (var (otherSet, otherTo) in other._steps[pair.Right])
                {
                    var common = set.And(otherSet);
                    if (!common.IsEmpty) made._steps[from].Add((common, Reach(to, otherTo)));
                }
            }
        }

        return made;

        int Reach(int left, int right)
        {
            if (known.TryGetValue((left, right), out var state)) return state;
            known[(left, right)] = state = made.Add(_accepts[left] && other._accepts[right]);
            open.Enqueue((left, right));
            return state;
        }
    }

    /// <summary>Whether a text is one of them.</summary>
    public bool Matches(string text)
    {
        HashSet<int> states = [0];
        foreach (var rune in text.EnumerateRunes())
            states = [.. states.SelectMany(s => _steps[s].Where(t => t.Set.Contains(rune.Value)).Select(t => t.To))];
        return states.Any(Accepts);
    }

    private static UserError TooLarge(int most = MostStates, string what = "states") => new($"the pattern or the length needs more than {most} {what}.", advice: "Ask for shorter text.");

    private int Add(bool accepts)
    {
        if (Count >= MostStates) throw TooLarge();
        _accepts.Add(accepts);
        _steps.Add([]);
        return Count - 1;
    }

    private Part Walk(Pattern pattern, List<CodePoints> sets)
    {
        switch (pattern)
        {
            case Pattern.Chars chars:
                sets.Add(chars.Set);
                var at = Add(false);
                return new Part(false, [at], [at]);
            case Pattern.Sequence sequence:
                return sequence.Parts.Aggregate(new Part(true, [], []), (before, part) => Behind(before, Walk(part, sets), sets));
            case Pattern.Choice choice:
                var options = choice.Options.Select(o => Walk(o, sets)).ToArray();
                return new Part(options.Any(o => o.IsNullable), [.. options.SelectMany(o => o.First)], [.. options.SelectMany(o => o.Last)]);
            case Pattern.Repeat repeat:
                var all = new Part(true, [], []);
                for (var i = 0; i < repeat.Least; i++) all = Behind(all, Walk(repeat.Part, sets), sets);
                return Behind(all, repeat.Most is { } most ? UpTo(repeat.Part, most - repeat.Least, sets) : Star(repeat.Part, sets), sets);
            default:
                throw new InvalidOperationException($"A {pattern.GetType().Name} is no part of an automaton over characters.");
        }
    }

    /// <summary>At most so many times, the second only behind the first: so each has one way in.</summary>
    private Part UpTo(Pattern pattern, int most, List<CodePoints> sets)
    {
        var rest = new Part(true, [], []);
        for (var i = 0; i < most; i++)
        {
            var one = Walk(pattern, sets);
            var both = Behind(one, rest, sets);
            rest = both with { IsNullable = true };
        }

        return rest;
    }

    private Part Star(Pattern pattern, List<CodePoints> sets)
    {
        var one = Walk(pattern, sets);
        Join(one.Last, one.First, sets);
        return one with { IsNullable = true };
    }

    private Part Behind(Part left, Part right, List<CodePoints> sets)
    {
        Join(left.Last, right.First, sets);
        return new Part(
            left.IsNullable && right.IsNullable,
            left.IsNullable ? [.. left.First, .. right.First] : left.First,
            right.IsNullable ? [.. left.Last, .. right.Last] : right.Last);
    }

    private void Join(IReadOnlyList<int> from, IReadOnlyList<int> to, List<CodePoints> sets)
    {
        foreach (var left in from)
        {
            foreach (var right in to)
            {
                // Whatever leads to a state reads the same set.
                if (_steps[left].Exists(step => step.To == right)) continue;
                if (++_joined > MostSteps) throw TooLarge(MostSteps, "steps between states");
                _steps[left].Add((sets[right], right));
            }
        }
    }

    private sealed record Part(bool IsNullable, IReadOnlyList<int> First, IReadOnlyList<int> Last);
}
