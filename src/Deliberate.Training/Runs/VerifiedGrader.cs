using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Grades problems of the user's, by a grader of ours or a verifier of theirs. An answer that cannot be read is not right, and is
/// counted apart from wrong ones; a sample that the verifier failed on, however often it was asked, has no grade.
/// </summary>
/// <param name="runner">Owned.</param>
/// <param name="format">Where the answer stands.</param>
/// <param name="notice">Told of the verifier's first failures.</param>
internal sealed class VerifiedGrader(VerifierRunner runner, AnswerFormat format, Action<string> notice) : ISampleGrader
{
    private const int MostNotices = 3;

    private int _told;

    public GradedSample[][] Grade(ProblemEncoder encoder, IReadOnlyList<Problem> problems, Rollout[][] rollouts, CancellationToken cancellation)
    {
        var texts = problems.Select((problem, i) => SampledText.Of(encoder, problem, rollouts[i])).ToArray();
        var samples = texts.SelectMany((group, i) => group.Select((text, g) => new VerifierSample
        {
            Problem = problems[i],
            Sample = g,
            Completion = text.Text,
            Truncated = text.Truncated,
            ThoughtOpenedBy = text.ThoughtOpenedBy,
            Answer = AnswerExtraction.Extract(text.Text, format, text.Truncated, text.ThoughtOpenedBy),
        })).ToList();
        var verdicts = runner.Run(samples, cancellation);
        foreach (var error in runner.Errors)
        {
            if (_told++ < MostNotices) notice(char.ToUpperInvariant(error[0]) + error[1..] + (_told == MostNotices ? " Further failures are only counted (harness_error_share)." : ""));
        }

        var number = 0;
        return [.. texts.Select((group, i) => group.Select((text, g) => text.Graded(problems[i], g, Grade(samples[number], verdicts[number++]))).ToArray())];
    }

    public void Dispose() => runner.Dispose();

    /// <summary>Steps are not checked, and so none are told apart.</summary>
    public static Grade Grade(VerifierSample sample, Verdict verdict) =>
        new(sample.Answer, verdict.Outcome == SampleOutcome.Pass ? 1 : 0, AllStepsRight: false, FormatOk: sample.Answer is not null, verdict.Reason, [], [])
        {
            Outcome = verdict.Outcome,
            Score = verdict.Score,
            Components = verdict.Components,
        };
}
