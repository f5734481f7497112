using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Several scorers of one sample, the value of each being among the scores under its name.</summary>
/// <param name="scorers">In their order.</param>
/// <param name="decides">Whether the first says what the outcome is, or all must find it right.</param>
internal sealed class CombinedScorer(IReadOnlyList<(string Name, IScorer Scorer)> scorers, ScorersDecide decides = ScorersDecide.First) : IScorer, IIdentified, IDisposable
{
    public string Name => scorers[0].Scorer.Name;

    public string Identity => (decides == ScorersDecide.All ? "all of: " : "") + string.Join("; ", scorers.Select(s => $"{s.Name}: {(s.Scorer as IIdentified)?.Identity ?? s.Scorer.Name}"));

    public int BatchSize => scorers.Min(s => s.Scorer.BatchSize);

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var all = new IReadOnlyList<Verdict>[scorers.Count];
        for (var i = 0; i < all.Length; i++) all[i] = await scorers[i].Scorer.ScoreAsync(samples, cancellationToken).ConfigureAwait(false);
        return [.. samples.Select((_, n) =>
        {
            var verdict = decides == ScorersDecide.All ? Joint([.. all.Select(of => of[n])]) : all[0][n];
            return verdict with { Scores = [.. all[0][n].Scores, .. Further(all, n)] };
        })];
    }

    public void Dispose()
    {
        foreach (var (_, scorer) in scorers) (scorer as IDisposable)?.Dispose();
    }

    /// <summary>Right where all are. One that says no is enough, whatever another could not find out.</summary>
    private Verdict Joint(Verdict[] verdicts)
    {
        var at = Array.FindIndex(verdicts, v => v.Outcome is SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored);
        if (at < 0) at = Math.Max(0, Array.FindIndex(verdicts, v => !v.IsRight));
        var (decided, readable) = (verdicts[at], verdicts.Where(v => v.IsReadable).ToArray());
        var value = decided.IsReadable ? readable.Average(v => v.Value) : 0;
        return Verdict.Of(decided.Outcome, value, decided.IsRight ? decided.Reason : $"{scorers[at].Name}: {decided.Reason}") with { Read = verdicts[0].Read };
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
