using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Stands for likelihoods where a scorer is named; the solver finds the verdict, so that nobody asks this one.</summary>
internal sealed class LikelihoodScorer(LikelihoodOf of) : IScorer, IIdentified
{
    public string Name => "likelihood";

    public string Identity => $"likelihood of {of.ToString().ToLowerInvariant()}";

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
        new([.. samples.Select(_ => Verdict.HarnessError("likelihoods are measured while a sample is made, and not of its text"))]);
}
