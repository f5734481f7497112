using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A scorer that is given a fact of the item in the place of its reference: an item has one reference, and may be held against several texts.</summary>
internal sealed class AgainstFactScorer : IScorer, IIdentified
{
    private readonly IScorer _scorer;
    private readonly string _fact;

    private AgainstFactScorer(IScorer scorer, string fact) => (_scorer, _fact) = (scorer, fact);

    public string Name => _scorer.Name;

    public int BatchSize => _scorer.BatchSize;

    public string Identity => $"{(_scorer as IIdentified)?.Identity ?? _scorer.Name} against {_fact}";

    /// <summary>The scorer itself where no fact is named.</summary>
    public static IScorer Of(IScorer scorer, string? fact) => fact is null ? scorer : new AgainstFactScorer(scorer, fact);

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        Sample[] against = [.. samples.Select(s => s with { Problem = s.Problem with { Answer = ItemFacts.Text(s, _fact) } })];
        var verdicts = await _scorer.ScoreAsync(against, cancellationToken).ConfigureAwait(false);
        // An item that lacks the fact is the task's mistake, and not the model's.
        return [.. against.Zip(verdicts, (sample, verdict) => sample.Problem.Answer.Length > 0 ? verdict : Verdict.HarnessError($"the item has no fact \"{_fact}\""))];
    }
}
