using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>What the methods are set by.</summary>
internal sealed record SearchOptions
{
    /// <summary>Solutions, paths or simulations: what is spent.</summary>
    public int N { get; init; } = 16;

    /// <summary>Proposals for each step.</summary>
    public int Expand { get; init; } = 4;

    /// <summary>Steps that a lookahead goes.</summary>
    public int Lookahead { get; init; } = 2;

    /// <summary>c of the tree search.</summary>
    public double Exploration { get; init; } = 1.25;

    /// <summary>Of the scores of a path.</summary>
    public StepAggregation Aggregation { get; init; } = StepAggregation.Product;
}

/// <summary>
/// The one visible list of search methods, each spending about as much as n samples do. To add one: copy the nearest file in <c>Search</c>,
/// change it, add its line here.
/// </summary>
internal static class SearchMethods
{
    private static readonly (string Name, Func<SearchOptions, ISearchMethod> Make)[] All =
    [
        ("majority", o => new MajoritySearch(o.N)),
        ("best-of-n", o => new BestOfNSearch(o.N, o.Aggregation)),
        ("weighted-vote", o => new WeightedVoteSearch(o.N, o.Aggregation)),
        ("beam", o => new BeamSearch(Math.Max(1, o.N / o.Expand), o.Expand, 0, o.Aggregation) { FirstExpand = Math.Max(o.N, o.Expand) }),
        ("lookahead", o => new BeamSearch(Math.Max(1, o.N / o.Expand), o.Expand, Math.Max(1, o.Lookahead), o.Aggregation) { FirstExpand = Math.Max(o.N, o.Expand) }),
        ("dvts", o => new DiverseTreeSearch(o.N, o.Expand, o.Aggregation)),
        ("mcts", o => new PuctSearch(4 * o.N, o.Exploration, o.Expand, o.Aggregation)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(m => m.Name)];

    /// <exception cref="UserError">There is none of this name.</exception>
    public static ISearchMethod Get(string name, SearchOptions options)
    {
        foreach (var (known, make) in All)
            if (known == name) return make(options);
        throw new UserError($"There is no search method \"{name}\".", field: "--method", advice: NearestName.Suggest(name, [.. Names]) ?? $"There are {string.Join(", ", Names)}, and all.");
    }
}
