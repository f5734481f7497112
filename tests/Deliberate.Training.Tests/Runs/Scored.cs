using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Samples with verdicts, as if a model had drawn them.</summary>
internal static class Scored
{
    public static ScoredSample Of(Problem problem, int attempt, Verdict verdict, Rollout? rollout = null) => new(
        new Sample
        {
            Problem = problem,
            Attempt = attempt,
            Completion = "",
            Answer = "",
            CompletionTokens = rollout?.Tokens.Length ?? 1,
            Truncated = rollout?.FinishReason == FinishReason.Length,
            Rollout = rollout ?? new Rollout([1], [], [], FinishReason.Stop),
        },
        verdict);

    public static RolloutGroup Group(Problem problem, int round, params IEnumerable<(Verdict Verdict, Rollout? Rollout)> samples) =>
        new(new SampleGroup(problem, [1], [.. samples.Select((s, g) => Of(problem, g, s.Verdict, s.Rollout))]), round);
}
