using System.Text.Json;

namespace Deliberate.Reasoning.Tests;

/// <summary>A tree of a golden file as a space to search: proposals are its children, a finished solution a node without any.</summary>
internal sealed class ToyTree : ISearchSpace
{
    private readonly Dictionary<string, JsonElement> _nodes;

    public ToyTree(JsonElement tree) => _nodes = tree.EnumerateArray().ToDictionary(n => n.GetProperty("id").GetString()!);

    public static SearchTree NewSearch() => new(new Problem("toy", 1, Split.Test, 0, "", "", "", ""), 0);

    public void Run(IReadOnlyList<(SearchTree Tree, Expansion Expansion)> expansions, CancellationToken cancellation)
    {
        foreach (var (tree, expansion) in expansions)
        {
            expansion.Result = expansion.Kind switch
            {
                ExpansionKind.Steps => [.. Grown(expansion.Node).Take(expansion.Count)],
                ExpansionKind.Solutions => [.. Leaves(expansion.Node).Take(expansion.Count)],
                _ => [Reached(expansion.Node, expansion.Count)],
            };
            tree.PolicyTokens += expansion.Result.Count;
        }
    }

    private IReadOnlyList<SearchNode> Grown(SearchNode node)
    {
        if (node.Children.Count > 0) return node.Children;
        foreach (var id in _nodes[node.Id].GetProperty("children").EnumerateArray().Select(c => c.GetString()!))
        {
            var json = _nodes[id];
            var child = node.Add(new SearchStep(id, [1]), json.GetProperty("prior").GetDouble());
            child.Score = json.GetProperty("score").GetDouble();
            if (json.GetProperty("children").GetArrayLength() == 0) child.End(json.GetProperty("answer").GetString());
        }

        return node.Children;
    }

    private IEnumerable<SearchNode> Leaves(SearchNode node) => node.IsEnd ? [node] : Grown(node).SelectMany(Leaves);

    private SearchNode Reached(SearchNode node, int steps)
    {
        for (; steps > 0 && !node.IsEnd; steps--) node = Grown(node).OrderByDescending(c => c.Prior).ThenBy(c => c).First();
        return node;
    }
}
