namespace Deliberate.Reasoning;

/// <summary>What is asked of a node.</summary>
internal enum ExpansionKind
{
    /// <summary>Proposals for the next step.</summary>
    Steps,

    /// <summary>Whole solutions from here on.</summary>
    Solutions,

    /// <summary>The likeliest continuation, for some steps.</summary>
    Likeliest,
}

/// <summary>A wish of a search method: carried out together with those of all other problems.</summary>
/// <param name="node">Where to go on.</param>
/// <param name="kind">How.</param>
/// <param name="count">Proposals or solutions that there should be; steps to look ahead.</param>
internal sealed class Expansion(SearchNode node, ExpansionKind kind, int count)
{
    public SearchNode Node { get; } = node;

    public ExpansionKind Kind { get; } = kind;

    public int Count { get; } = count;

    /// <summary>Filled when it has been carried out: the first proposals, the ends of the solutions, or the node that was reached.</summary>
    public IReadOnlyList<SearchNode> Result { get; set; } = [];
}

/// <summary>Where search methods get steps from: a policy with a scorer, or a tree that is known beforehand.</summary>
internal interface ISearchSpace
{
    /// <summary>
    /// Carries out all wishes of a round, and counts on each tree what they cost. One whose tree has no tokens left for it may come back
    /// with fewer results, or none.
    /// </summary>
    void Run(IReadOnlyList<(SearchTree Tree, Expansion Expansion)> expansions, CancellationToken cancellation);
}
