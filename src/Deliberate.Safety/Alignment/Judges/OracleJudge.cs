namespace Deliberate.Safety;

/// <summary>PolicyWorld's exact judge: for measuring, and for what other judges are held against.</summary>
internal sealed class OracleJudge(WorldRules rules, string specification) : IPolicyJudge
{
    public string Identity => $"oracle@1 {specification}";

    public Task<IReadOnlyList<Judgement>> JudgeAsync(IReadOnlyList<(JudgedCase Case, int Number)> cases, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Judgement>>([.. cases.Select(c => Judge(c.Case))]);

    private Judgement Judge(JudgedCase one) => WorldRequest.Parse(one.Prompt) is { } request
        ? new Judgement(JudgementOutcome.Judged, WorldOracle.Judge(rules, request, one.Thought is null ? null : $" {one.Thought.Trim()}", one.Answer).Grades, "by the rules")
        : new Judgement(JudgementOutcome.Failed, null, "the prompt is no request of PolicyWorld");

    public void Dispose()
    {
    }
}
