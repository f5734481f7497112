namespace Deliberate.Reasoning;

/// <summary>The answer with the largest sum of values over n solutions.</summary>
internal sealed class WeightedVoteSearch(int n, StepAggregation aggregation) : SampledSearch(n)
{
    public override string Name => "weighted-vote";

    public override void Select(SearchTree tree) => tree.Select(Vote(tree).Winner());

    public AnswerVote Vote(SearchTree tree)
    {
        var vote = new AnswerVote();
        foreach (var solution in tree.Finished) vote.Add(solution.Answer, aggregation.Weight(solution.Value(aggregation)));
        return vote;
    }
}
