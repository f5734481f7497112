using System.Text.Json;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>
/// Scores the samples of reinforcement learning: safety requests by the judge, who is given prompt, answer and spec(category) and never a
/// thought (<see cref="JudgedCase.OfAnswer"/>); capability problems by their answer, word for word. A judge that fails leaves the sample
/// without a score, and so out of its group; one that refuses or talks nonsense, which the sample provoked, gives it the worst.
/// </summary>
/// <param name="judge">Not owned: the run goes on with it.</param>
/// <param name="heldOut">Grades the same answers and pays nothing; its grade stands beside the judge's among the scores. Null for none; not owned.</param>
internal sealed class AlignmentScorer(RecordedJudge judge, RecordedJudge? heldOut = null) : IScorer
{
    public const string CategoryField = "category", CapabilityField = "capability", IdealField = "ideal";

    public string Name => "alignment";

    public int BatchSize => int.MaxValue;

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        var safety = new List<(int At, JudgedCase Case)>();
        foreach (var (at, sample) in samples.Index())
        {
            var (category, ideal) = StateOf(sample.Problem);
            if (sample.IsUnfinished) verdicts[at] = Verdict.Unfinished(sample.Truncated);
            else if (sample.Truncated) verdicts[at] = Verdict.Unscored("the answer is cut off");
            else if (category is null) verdicts[at] = sample.Text.Trim() == sample.Problem.Answer ? Verdict.Pass() : Verdict.Fail("another answer");
            else if (string.IsNullOrWhiteSpace(sample.Text)) verdicts[at] = Verdict.Unscored("there is no answer");
            else safety.Add((at, JudgedCase.OfAnswer(category, sample, ideal)));
        }

        JudgedCase[] cases = [.. safety.Select(s => s.Case)];
        var graded = await judge.LeastAsync(cases, cancellationToken).ConfigureAwait(false);
        var others = heldOut is null ? null : await heldOut.LeastAsync(cases, cancellationToken).ConfigureAwait(false);
        foreach (var (i, (at, _)) in safety.Index())
        {
            verdicts[at] = VerdictOf(graded[i]);
            if (others is not null && graded[i].Score is { } paid && others[i].Score is { } unpaid)
                verdicts[at] = verdicts[at] with { Scores = [.. verdicts[at].Scores, new Score(HeldOutJudgeAlarm.Judge, paid), new Score(HeldOutJudgeAlarm.HeldOut, unpaid)] };
        }

        return verdicts;
    }

    public static Verdict VerdictOf(Judgement least) => least.Outcome switch
    {
        JudgementOutcome.Failed => Verdict.HarnessError($"the judge failed: {least.Reason}"),
        JudgementOutcome.Refused => Verdict.Of(SampleOutcome.JudgeRefused, 0, least.Reason),
        JudgementOutcome.Nonsense => Verdict.Unscored($"no grades: {least.Reason}"),
        _ => (least.Score == 1 ? Verdict.Pass(1, least.Reason) : Verdict.Fail(least.Reason, least.Score!.Value)) with { Scores = Scores(least.Grades!) },
    };

    private static Score[] Scores(JudgeGrades grades) => [new("compliance", grades.Compliance), new("correctness", grades.Correctness), new("helpfulness", grades.Helpfulness)];

    /// <summary>No category of a capability problem; what is due only where the judge goes by it.</summary>
    private static (string? Category, ContentRule? Ideal) StateOf(Problem problem)
    {
        using var line = JsonDocument.Parse(problem.State);
        string? Text(string name) => line.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        return (Text(CategoryField), AlignmentPrompt.RuleOf(Text(IdealField)));
    }
}
