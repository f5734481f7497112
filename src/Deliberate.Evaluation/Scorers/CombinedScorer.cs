using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Several scorers of one sample: the first decides the outcome, and the value of each is among the scores under its name.</summary>
internal sealed class CombinedScorer(IReadOnlyList<(string Name, IScorer Scorer)> scorers) : IScorer, IIdentified, IDisposable
{
    public string Name => scorers[0].Scorer.Name;

    public string Identity => string.Join("; ", scorers.Select(s => $"{s.Name}: {(s.Scorer as IIdentified)?.Identity ?? s.Scorer.Name}"));

    public int BatchSize => scorers.Min(s => s.Scorer.BatchSize);

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var all = new IReadOnlyList<Verdict>[scorers.Count];
        for (var i = 0; i < all.Length; i++) all[i] = await scorers[i].Scorer.ScoreAsync(samples, cancellationToken).ConfigureAwait(false);
        return [.. samples.Select((_, n) => all[0][n] with { Scores = [.. all[0][n].Scores, .. Further(all, n)] })];
    }

    public void Dispose()
    {
        foreach (var (_, scorer) in scorers) (scorer as IDisposable)?.Dispose();
    }

    private IEnumerable<Score> Further(IReadOnlyList<Verdict>[] all, int sample)
    {
        for (var i = 0; i < all.Length; i++)
        {
            // One that found nothing out has no value.
            var verdict = all[i][sample];
            if (verdict.IsReadable) yield return new Score(scorers[i].Name, verdict.Value, verdict.Reason);
        }
    }
}
