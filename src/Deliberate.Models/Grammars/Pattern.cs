namespace Deliberate.Models;

/// <summary>
/// What may be written, as a tree: regular expressions, grammars and JSON schemas all become such trees, whose rules
/// (<see cref="Rule"/>) may refer to each other. <see cref="GrammarNet"/> makes an automaton over bytes of them.
/// </summary>
internal abstract record Pattern
{
    /// <summary>Nothing, written.</summary>
    public static Pattern Empty { get; } = new Sequence([]);

    /// <summary>What can never be written.</summary>
    public static Pattern Never { get; } = new Choice([]);

    public static Pattern Text(string text) => new Sequence([.. text.EnumerateRunes().Select(r => (Pattern)new Chars(CodePoints.Of(r.Value)))]);

    public static Pattern Char(char low, char high) => new Chars(CodePoints.Of(low, high));

    public static Pattern Of(params Pattern[] parts) => new Sequence(parts);

    public static Pattern Either(params Pattern[] options) => options.Length == 1 ? options[0] : new Choice(options);

    public Pattern Times(int least, int? most) => new Repeat(this, least, most);

    public Pattern Optional() => new Repeat(this, 0, 1);

    /// <summary>One character of a set.</summary>
    public sealed record Chars(CodePoints Set) : Pattern;

    public sealed record Sequence(IReadOnlyList<Pattern> Parts) : Pattern;

    public sealed record Choice(IReadOnlyList<Pattern> Options) : Pattern;

    /// <param name="Part">What is repeated.</param>
    /// <param name="Least">Times at least.</param>
    /// <param name="Most">Times at most; null for any number.</param>
    public sealed record Repeat(Pattern Part, int Least, int? Most) : Pattern;

    /// <summary>What the rule of that name says.</summary>
    public sealed record Rule(string Name) : Pattern;

    /// <summary>Any text of an automaton over characters, each written in a way of its own.</summary>
    public sealed record Automaton(CharAutomaton Machine, Func<CodePoints, Pattern> Written) : Pattern;
}

/// <summary>Patterns by name, and the name of the one to begin with.</summary>
internal sealed record Grammar(IReadOnlyDictionary<string, Pattern> Rules, string Root);
