namespace Deliberate.Reasoning;

/// <summary>Compares the final answer with the problem's by one of our graders; a problem may name its own, and how its list is meant.</summary>
internal sealed class AnswerScorer(IAnswerGrader grader, double? tolerance = null, AnswerLists lists = AnswerLists.Usual) : IScorer
{
    public string Name => grader.Name;

    public int BatchSize => int.MaxValue;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            verdicts[i] = Judge(samples[i]);
        }

        return new(verdicts);
    }

    private Verdict Judge(Sample sample)
    {
        if (sample.IsUnfinished) return Verdict.Unfinished(sample.Truncated);
        var (own, meant) = (OwnProblem.GraderOf(sample.Problem), OwnProblem.ListsOf(sample.Problem));
        var used = own is null && meant is null ? grader : AnswerGraders.Get(own ?? grader.Name, tolerance, meant ?? lists);
        var reference = sample.Problem.Answer;
        var match = sample.Answer is null ? AnswerMatch.Unreadable : used.Compare(reference, sample.Answer);
        if (match == AnswerMatch.Equal) return Verdict.Pass();
        if (match == AnswerMatch.Different) return Verdict.Fail("not the answer");
        // Whose fault it is: with a reference that nobody can read, no answer could have been right.
        if (ProblemReference.ObjectionOf(used, reference) is { } objection) return Verdict.HarnessError($"the grader {used.Name} cannot read the reference: {objection.TrimEnd('.')}");
        if (sample.Answer is null) return Verdict.Unscored(sample.Truncated ? "cut off before there was an answer" : "no answer found");
        return Verdict.Unscored(used.Objection(sample.Answer) is null ? "the answer cannot be compared with the reference" : "the answer cannot be read");
    }
}
