namespace Deliberate.Reasoning;

/// <summary>
/// Monte-Carlo tree search with the rule of AlphaZero: from the root, the child with the largest Q + c · prior · √N(parent) / (1 + N) is
/// followed to a node that was not looked at before; that node's value goes up the path. The value is the scorer's, not a rollout's.
/// </summary>
/// <param name="simulations">Nodes that are looked at, the root first.</param>
/// <param name="exploration">c.</param>
/// <param name="expand">Proposals for each step.</param>
/// <param name="aggregation">Of the scores of a path.</param>
internal sealed class PuctSearch(int simulations, double exploration, int expand, StepAggregation aggregation) : ISearchMethod
{
    public string Name => "mcts";

    public string Settings => FormattableString.Invariant($"simulations={simulations}, c={exploration}, expand={expand}");

    public bool NeedsScores => true;

    public IEnumerable<IReadOnlyList<Expansion>> Explore(SearchTree tree)
    {
        for (var simulation = 0; simulation < simulations; simulation++)
        {
            var node = tree.Root;
            while (node.Visits > 0 && !node.IsEnd)
            {
                var proposals = new Expansion(node, ExpansionKind.Steps, expand);
                if (node.Children.Count == 0) yield return [proposals];
                if (node.Children.Count == 0) break;
                node = Choose(node);
            }

            var value = aggregation.Weight(node.Value(aggregation));
            tree.Rounds.Add(new SearchRound([(node, value)], [node]));
            if (node.IsEnd && node.Visits == 0) tree.Finished.Add(node);
            for (var up = node; up is not null; up = up.Parent)
            {
                up.Visits++;
                up.TotalValue += value;
            }
        }
    }

    /// <summary>Of the finished solutions the one with the most visits, then with the largest value.</summary>
    public void Select(SearchTree tree) => tree.Select(
        tree.Finished.OrderByDescending(n => n.Answer is not null).ThenByDescending(n => n.Visits).ThenByDescending(n => n.Value(aggregation)).ThenBy(n => n).FirstOrDefault());

    /// <summary>From the root the most visited child, then the one of the higher mean, as far as was gone.</summary>
    public static IReadOnlyList<SearchNode> PrincipalLine(SearchTree tree)
    {
        var line = new List<SearchNode>();
        for (var node = tree.Root; ;)
        {
            var next = node.Children.Where(c => c.Visits > 0).OrderByDescending(c => c.Visits).ThenByDescending(c => c.MeanValue).ThenBy(c => c).FirstOrDefault();
            if (next is null) return line;
            line.Add(node = next);
        }
    }

    private SearchNode Choose(SearchNode node)
    {
        var root = Math.Sqrt(Math.Max(node.Children.Sum(c => c.Visits), 1));
        SearchNode? best = null;
        var most = double.NegativeInfinity;
        foreach (var child in node.Children)
        {
            var bound = child.MeanValue + (exploration * child.Prior * root / (1 + child.Visits));
            if (best is null || bound > most) (best, most) = (child, bound);
        }

        return best!;
    }
}
