using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Judges by a rule that needs no model: a pure function of the sample, which has said something outside of its thought.</summary>
internal sealed class CheckScorer(string name, Func<Sample, Verdict> check) : IScorer
{
    public string Name => name;

    public int BatchSize => int.MaxValue;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sample = samples[i];
            verdicts[i] = sample.IsUnfinished ? Verdict.Unfinished(sample.Truncated) : string.IsNullOrWhiteSpace(sample.Text) ? Verdict.Unscored("nothing was said") : check(sample);
        }

        return new(verdicts);
    }
}
