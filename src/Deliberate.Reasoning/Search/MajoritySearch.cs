namespace Deliberate.Reasoning;

/// <summary>The most frequent answer among n solutions (self-consistency, Wang et al. 2022). Asks no scorer.</summary>
internal sealed class MajoritySearch(int n) : SampledSearch(n)
{
    public override string Name => "majority";

    public override bool NeedsScores => false;

    public override void Select(SearchTree tree)
    {
        var vote = new AnswerVote();
        foreach (var solution in tree.Finished) vote.Add(solution.Answer);
        tree.Select(vote.Winner());
    }
}
