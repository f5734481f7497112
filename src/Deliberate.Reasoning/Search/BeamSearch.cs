namespace Deliberate.Reasoning;

/// <summary>
/// A beam over steps (Snell et al. 2024): each of the beam's paths is continued in <c>expand</c> ways, and of all candidates the best are
/// kept; finished ones keep their place in it. With a lookahead a candidate is worth what its likeliest continuation is after so many
/// steps.
/// </summary>
/// <param name="width">Paths that are kept, finished ones included.</param>
/// <param name="expand">Proposals for the next step of each.</param>
/// <param name="lookahead">Steps; 0 for the candidates' own scores.</param>
/// <param name="aggregation">Of the scores of a path.</param>
internal sealed class BeamSearch(int width, int expand, int lookahead, StepAggregation aggregation) : ISearchMethod
{
    public string Name => lookahead > 0 ? "lookahead" : "beam";

    public string Settings => lookahead > 0 ? $"width={width}, expand={expand}, ahead={lookahead}" : $"width={width}, expand={expand}";

    public bool NeedsScores => true;

    public IEnumerable<IReadOnlyList<Expansion>> Explore(SearchTree tree)
    {
        List<SearchNode> frontier = [tree.Root];
        while (tree.Finished.Count < width && frontier.Count > 0)
        {
            // At first there is one path: it fills the beam.
            var wanted = frontier[0].Parent is null ? FirstExpand ?? expand : expand;
            Expansion[] proposals = [.. frontier.Select(n => new Expansion(n, ExpansionKind.Steps, wanted))];
            yield return proposals;
            SearchNode[] candidates = [.. proposals.SelectMany(p => p.Result)];
            if (candidates.Length == 0) yield break;
            var reached = candidates;
            if (lookahead > 0)
            {
                Expansion[] ahead = [.. candidates.Select(n => new Expansion(n, ExpansionKind.Likeliest, lookahead))];
                yield return ahead;
                reached = [.. ahead.Select((a, i) => a.Result.Count > 0 ? a.Result[0] : candidates[i])];
            }

            var ranked = candidates.Zip(reached, (node, at) => (Node: node, Score: at.Value(aggregation))).OrderByDescending(c => c.Score).ThenBy(c => c.Node).ToArray();
            SearchNode[] kept = [.. ranked.Take(width - tree.Finished.Count).Select(c => c.Node)];
            tree.Rounds.Add(new SearchRound(ranked, kept));
            tree.Finished.AddRange(kept.Where(n => n.IsEnd));
            frontier = [.. kept.Where(n => !n.IsEnd)];
        }
    }

    /// <summary>Proposals for the first step, where there are to be more.</summary>
    public int? FirstExpand { get; init; }

    public void Select(SearchTree tree) => tree.Select(tree.BestFinished(aggregation));
}
