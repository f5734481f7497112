namespace Deliberate.Models;

/// <summary>A pattern as it was understood, of any dialect: characters are sets of code points, and there are no groups to refer to.</summary>
internal abstract record PatternNode
{
    /// <summary>One character of a set.</summary>
    internal sealed record Characters(CodePointSet Set) : PatternNode;

    /// <summary>One after the other; nothing, where there are none.</summary>
    internal sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first of these that leads to a match.</summary>
    internal sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <param name="Most">Null for any number.</param>
    internal sealed record Repeat(PatternNode Part, int Least, int? Most, RepeatKind Kind) : PatternNode;

    /// <summary>What matched is not tried in another way.</summary>
    internal sealed record Atomic(PatternNode Part) : PatternNode;

    /// <summary>What stands ahead or behind, without taking it.</summary>
    internal sealed record Look(PatternNode Part, bool Behind, bool Negative) : PatternNode;

    internal sealed record Anchor(AnchorKind Kind) : PatternNode;

    /// <summary>A letter whose case does not matter, until its neighbours are known: see <see cref="CaseFolding"/>.</summary>
    internal sealed record AnyCase(int CodePoint) : PatternNode;
}

/// <summary>How often a part is repeated where there is a choice.</summary>
internal enum RepeatKind
{
    /// <summary>As often as it can, and less often where that leads to a match.</summary>
    Greedy,

    /// <summary>As seldom as it can.</summary>
    Lazy,

    /// <summary>As often as it can, and no other number.</summary>
    Possessive,
}

/// <summary>A place between characters.</summary>
internal enum AnchorKind
{
    TextStart,
    TextEnd,

    /// <summary>The end, or before a line feed at the end.</summary>
    TextEndOrLineFeed,

    /// <summary>The start, or after a line feed that is not the last character.</summary>
    LineStart,

    /// <summary>The end, or before a line feed.</summary>
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}
