namespace Deliberate.Reasoning;

/// <summary>The solution of the largest value among n (Cobbe et al. 2021; "Let's Verify Step by Step" with a process reward model).</summary>
internal sealed class BestOfNSearch(int n, StepAggregation aggregation) : SampledSearch(n)
{
    public override string Name => "best-of-n";

    public override void Select(SearchTree tree)
    {
        var ranked = tree.Finished.Select(n => (Node: n, Score: n.Value(aggregation))).OrderByDescending(n => n.Node.Answer is not null).ThenByDescending(n => n.Score).ThenBy(n => n.Node).ToArray();
        if (ranked.Length > 0) tree.Rounds.Add(new SearchRound(ranked, [ranked[0].Node]));
        tree.Select(tree.BestFinished(aggregation));
    }
}
