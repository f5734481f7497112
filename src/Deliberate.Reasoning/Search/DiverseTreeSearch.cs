namespace Deliberate.Reasoning;

/// <summary>
/// Diverse verifier tree search (Beeching, Tunstall, Rush 2024): the first n / expand proposals each begin a tree of their own, in which
/// the best of <c>expand</c> proposals is followed to the end. Independent trees keep apart what a beam lets die.
/// </summary>
/// <param name="n">Paths in all.</param>
/// <param name="expand">Proposals for each step.</param>
/// <param name="aggregation">Of the scores of a path.</param>
internal sealed class DiverseTreeSearch(int n, int expand, StepAggregation aggregation) : ISearchMethod
{
    public string Name => "dvts";

    public string Settings => $"n={n}, expand={expand}";

    public bool NeedsScores => true;

    public IEnumerable<IReadOnlyList<Expansion>> Explore(SearchTree tree)
    {
        var first = new Expansion(tree.Root, ExpansionKind.Steps, Math.Max(1, n / expand));
        yield return [first];
        var heads = first.Result.ToArray();
        tree.Rounds.Add(new SearchRound([.. heads.Select(h => (h, h.Value(aggregation)))], heads));
        Finish(tree, heads);
        while (true)
        {
            var open = Enumerable.Range(0, heads.Length).Where(i => !heads[i].IsEnd).ToArray();
            if (open.Length == 0) yield break;
            Expansion[] proposals = [.. open.Select(i => new Expansion(heads[i], ExpansionKind.Steps, expand))];
            yield return proposals;
            var moved = false;
            var candidates = proposals.SelectMany(p => p.Result).Select(c => (Node: c, Score: c.Value(aggregation))).ToArray();
            List<SearchNode> kept = [];
            foreach (var (proposal, at) in proposals.Zip(open))
            {
                if (proposal.Result.Count == 0) continue;
                heads[at] = proposal.Result.OrderByDescending(c => c.Value(aggregation)).ThenBy(c => c).First();
                kept.Add(heads[at]);
                moved = true;
            }

            if (!moved) yield break;
            tree.Rounds.Add(new SearchRound([.. candidates.OrderByDescending(c => c.Score).ThenBy(c => c.Node)], kept));
            Finish(tree, kept);
        }
    }

    public void Select(SearchTree tree) => tree.Select(tree.BestFinished(aggregation));

    private static void Finish(SearchTree tree, IEnumerable<SearchNode> nodes) => tree.Finished.AddRange(nodes.Where(n => n.IsEnd));
}
