namespace Deliberate.Reasoning.Tests;

/// <summary>What a scorer says, waited for.</summary>
internal static class ScorerExtensions
{
    public static IReadOnlyList<Verdict> Run(this IScorer scorer, IReadOnlyList<Sample> samples, CancellationToken cancellation = default) => scorer.ScoreAsync(samples, cancellation).AsTask().GetAwaiter().GetResult();
}
