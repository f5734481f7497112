using System.Globalization;
using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>One thing that a program of <see cref="ProgramFamily"/> does to its number: a word and a constant.</summary>
internal readonly record struct ProgramStep(string Word, int Constant)
{
    public const string Plus = "plus", Minus = "minus", Times = "times", Mod = "mod", AtLeast = "at least", AtMost = "at most";

    public static IReadOnlyList<string> Words { get; } = [Plus, Minus, Times, Mod, AtLeast, AtMost];

    /// <summary>As the prompt says it: <c>at least 5</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Word} {Constant}");

    public BigInteger Apply(BigInteger value) => Word switch
    {
        Plus => value + Constant,
        Minus => value - Constant,
        Times => value * Constant,
        Mod => ((value % Constant) + Constant) % Constant,
        AtLeast => BigInteger.Max(value, Constant),
        _ => BigInteger.Min(value, Constant),
    };

    /// <summary>The step as an expression around another one.</summary>
    /// <param name="inner">What it is done to.</param>
    /// <param name="notation">Of the language.</param>
    /// <param name="isCareful">With brackets where they are needed, and with the right one of max and min, with the remainder that is meant.</param>
    public string Around(string inner, ProgramNotation notation, bool isCareful = true) => Word switch
    {
        Plus => Invariant($"{inner}+{Constant}"),
        Minus => Invariant($"{inner}-{Constant}"),
        Times => Invariant($"{Factor(inner, isCareful)}*{Constant}"),
        Mod when isCareful => notation.Modulo(Factor(inner, isCareful), Constant),
        Mod => Invariant($"{inner}%{Constant}"),
        // "At least 5" is the larger of the two, which many take for the smaller.
        AtLeast => Invariant($"{(isCareful ? notation.Maximum : notation.Minimum)}({inner},{Constant})"),
        _ => Invariant($"{(isCareful ? notation.Minimum : notation.Maximum)}({inner},{Constant})"),
    };

    /// <summary>The steps of a problem's state: <c>times 2, plus 3</c>.</summary>
    public static IReadOnlyList<ProgramStep> Parse(string state) =>
        [.. state.Split(", ").Select(text => new ProgramStep(text[..text.LastIndexOf(' ')], int.Parse(text.AsSpan(text.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture)))];

    private static string Factor(string inner, bool isCareful) => isCareful && HasSum(inner) ? $"({inner})" : inner;

    /// <summary>Whether it is a sum outside of all brackets.</summary>
    private static bool HasSum(string expression)
    {
        var depth = 0;
        foreach (var c in expression)
        {
            if (c == '(') depth++;
            else if (c == ')') depth--;
            else if (depth == 0 && c is '+' or '-') return true;
        }

        return false;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
