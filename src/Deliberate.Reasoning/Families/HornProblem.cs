using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// The state of a proof: atoms known, rules not yet used, and the atom asked for, as text <c>ab;ab&gt;c;cd&gt;e;e?</c>. Reading is
/// bounded and gives null for anything else.
/// </summary>
internal sealed record HornProblem(string Known, IReadOnlyList<HornProblem.Rule> Rules, char Asked)
{
    public const string Atoms = "abcdefghij";

    private const int LongestText = 120;

    /// <summary>If all atoms of the body hold, so does the head.</summary>
    public readonly record struct Rule(string Body, char Head)
    {
        public override string ToString() => $"{Body}>{Head}";
    }

    public bool Knows(char atom) => Known.Contains(atom, StringComparison.Ordinal);

    public static HornProblem? Parse(string text)
    {
        if (text.Length > LongestText) return null;
        var parts = text.Split(';');
        if (parts.Length < 2 || !AreAtoms(parts[0]) || parts[^1] is not [var asked, '?'] || !IsAtom(asked)) return null;
        var rules = new Rule[parts.Length - 2];
        for (var i = 0; i < rules.Length; i++)
        {
            var part = parts[i + 1];
            if (part.Length < 3 || part[^2] != '>' || !IsAtom(part[^1]) || !AreAtoms(part[..^2])) return null;
            rules[i] = new(part[..^2], part[^1]);
        }

        return new(parts[0], rules, asked);
    }

    public string Render()
    {
        var text = new StringBuilder(Known).Append(';');
        foreach (var rule in Rules) text.Append(rule).Append(';');
        return text.Append(Asked).Append('?').ToString();
    }

    /// <summary>Whether a rule says something new and its premises hold: all of them, or, by the misconception, any.</summary>
    public bool CanUse(Rule rule, bool anyPremise = false) =>
        !Knows(rule.Head) && (anyPremise ? rule.Body.Any(Knows) : rule.Body.All(Knows));

    /// <summary>The place of the first rule that can be used; -1 where none can.</summary>
    public int FirstUsable(bool anyPremise = false)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (CanUse(Rules[i], anyPremise)) return i;
        }

        return -1;
    }

    /// <summary>The state after a rule has been used: its head is known, the rule is gone.</summary>
    public HornProblem Use(int rule) => new(Known + Rules[rule].Head, [.. Rules.Where((_, i) => i != rule)], Asked);

    /// <summary>
    /// Uses the first usable rule until the goal is known or none is left; says whether it is known, and in how many steps.
    /// On sets of bits, since the generator tries hundreds of problems for one.
    /// </summary>
    public (bool Proved, int Steps) Solve(bool anyPremise)
    {
        Span<int> bodies = stackalloc int[Rules.Count];
        for (var i = 0; i < bodies.Length; i++) bodies[i] = Bits(Rules[i].Body);
        int known = Bits(Known), goal = Bit(Asked), steps = 0;
        for (var i = 0; i < bodies.Length && (known & goal) == 0;)
        {
            var head = Bit(Rules[i].Head);
            var holds = anyPremise ? (bodies[i] & known) != 0 : (bodies[i] & known) == bodies[i];
            if (holds && (known & head) == 0)
            {
                known |= head;
                steps++;
                i = 0;
            }
            else
            {
                i++;
            }
        }

        return ((known & goal) != 0, steps);
    }

    private static int Bit(char atom) => 1 << (atom - 'a');

    private static int Bits(string atoms)
    {
        var bits = 0;
        foreach (var atom in atoms) bits |= Bit(atom);
        return bits;
    }

    private static bool IsAtom(char c) => Atoms.Contains(c, StringComparison.Ordinal);

    private static bool AreAtoms(string text) => text.Length > 0 && text.All(IsAtom);
}
