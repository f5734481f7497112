namespace Deliberate.Reasoning;

/// <summary>Compares the completion's final answer with the problem's by one of our graders; a problem may name its own, and how its list is meant.</summary>
internal sealed class AnswerVerifier(IAnswerGrader grader, double? tolerance = null, AnswerLists lists = AnswerLists.Usual) : IVerifier
{
    public string Name => grader.Name;

    public ValueTask<Verdict> VerifyAsync(VerifierSample sample, CancellationToken cancellationToken) => new(Verify(sample));

    public Verdict Verify(VerifierSample sample)
    {
        if (sample.Answer is null) return Verdict.Unscored(sample.Truncated ? "cut off before there was an answer" : "no answer found");
        var (own, meant) = (OwnProblem.GraderOf(sample.Problem), OwnProblem.ListsOf(sample.Problem));
        var used = own is null && meant is null ? grader : AnswerGraders.Get(own ?? grader.Name, tolerance, meant ?? lists);
        return used.Compare(sample.Problem.Answer, sample.Answer) switch
        {
            AnswerMatch.Equal => Verdict.Pass(),
            AnswerMatch.Different => Verdict.Fail("not the answer"),
            _ => Verdict.Unscored("the answer cannot be read"),
        };
    }
}
