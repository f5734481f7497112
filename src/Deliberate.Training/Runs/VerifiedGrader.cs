using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Grades problems of the user's, by a grader of ours or a verifier of theirs. An answer that cannot be read earns nothing, as a
/// wrong one does (or being unreadable would be a way out), but is counted apart; a sample that the verifier failed on has no grade.
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
        var samples = new List<VerifierSample>();
        for (var i = 0; i < problems.Count; i++)
        {
            for (var g = 0; g < rollouts[i].Length; g++)
            {
                var text = encoder.Text(rollouts[i][g].Tokens);
                var truncated = rollouts[i][g].FinishReason == FinishReason.Length;
                samples.Add(new VerifierSample { Problem = problems[i], Sample = g, Completion = text, Truncated = truncated, Answer = AnswerExtraction.Extract(text, format, truncated) });
            }
        }

        var verdicts = runner.Run(samples, cancellation);
        foreach (var error in runner.Errors)
        {
            if (_told++ < MostNotices) notice(char.ToUpperInvariant(error[0]) + error[1..] + (_told == MostNotices ? " Further failures are only counted (harness_errors)." : ""));
        }

        var graded = new GradedSample[problems.Count][];
        for (int i = 0, s = 0; i < graded.Length; i++)
        {
            graded[i] = new GradedSample[rollouts[i].Length];
            for (var g = 0; g < graded[i].Length; g++, s++)
                graded[i][g] = new GradedSample(problems[i], g, samples[s].Completion, rollouts[i][g].Tokens.Length - (samples[s].Truncated ? 0 : 1), samples[s].Truncated, Grade(samples[s], verdicts[s]));
        }

        return graded;
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
