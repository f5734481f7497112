namespace Deliberate.Reasoning;

/// <summary>Which of several answers with the most votes wins.</summary>
internal enum VoteRule
{
    /// <summary>The one that was seen first.</summary>
    First,

    /// <summary>The one that was first seen last.</summary>
    Last,

    /// <summary>The first in the order of characters.</summary>
    Smallest,

    /// <summary>None.</summary>
    Abstain,
}

/// <summary>A vote over answers: each sample's weight goes to its answer, a sample without one casts none. With equal weights the majority.</summary>
internal sealed class AnswerVote
{
    private readonly List<string> _order = [];
    private readonly Dictionary<string, double> _totals = new(StringComparer.Ordinal), _most = new(StringComparer.Ordinal);
    private double _best = double.NegativeInfinity;

    /// <summary>Summed weights by answer.</summary>
    public IReadOnlyDictionary<string, double> Totals => _totals;

    /// <summary>The heaviest single vote by answer.</summary>
    public IReadOnlyDictionary<string, double> Most => _most;

    /// <summary>The answer of the heaviest single vote, of equals the first; null without votes.</summary>
    public string? BestSingle { get; private set; }

    public void Add(string? answer, double weight = 1)
    {
        if (answer is null) return;
        if (_totals.TryAdd(answer, weight))
        {
            _order.Add(answer);
            _most[answer] = weight;
        }
        else
        {
            _totals[answer] += weight;
            _most[answer] = Math.Max(_most[answer], weight);
        }

        if (BestSingle is not null && weight <= _best) return;
        (_best, BestSingle) = (weight, answer);
    }

    /// <summary>Null where nobody voted, or none wins.</summary>
    public string? Winner(VoteRule rule = VoteRule.First)
    {
        if (_order.Count == 0) return null;
        var most = _totals.Values.Max();
        var tied = _order.Where(a => _totals[a] == most).ToArray();
        return rule switch
        {
            VoteRule.First => tied[0],
            VoteRule.Last => tied[^1],
            VoteRule.Smallest => tied.Min(StringComparer.Ordinal),
            _ => tied.Length == 1 ? tied[0] : null,
        };
    }
}
