namespace Deliberate.Reasoning;

/// <summary>Compares the completion's final answer with the problem's by one of our graders; a problem may name its own.</summary>
internal sealed class AnswerVerifier(IAnswerGrader grader, double? tolerance = null) : IVerifier
{
    public string Name => grader.Name;

    public ValueTask<Verdict> VerifyAsync(VerifierSample sample, CancellationToken cancellationToken) => new(Verify(sample));

    public Verdict Verify(VerifierSample sample)
    {
        if (sample.Answer is null) return Verdict.Unscored(sample.Truncated ? "cut off before there was an answer" : "no answer found");
        var used = OwnProblem.GraderOf(sample.Problem) is { } own ? AnswerGraders.Get(own, tolerance) : grader;
        return used.Compare(sample.Problem.Answer, sample.Answer) switch
        {
            AnswerMatch.Equal => Verdict.Pass(),
            AnswerMatch.Different => Verdict.Fail("not the answer"),
            _ => Verdict.Unscored("the answer cannot be read"),
        };
    }
}
