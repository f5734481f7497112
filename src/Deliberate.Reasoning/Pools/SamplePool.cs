using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A sample of a pool.</summary>
/// <param name="Group">Samples with equal answers have the same; 0 the right one, negative without an answer.</param>
/// <param name="Score">A reward model's; null where there is none.</param>
internal sealed record PoolSample(int Group, double? Score)
{
    public bool IsRight => Group == 0;
}

/// <summary>
/// Many samples of each of some problems, scored or not: what choosing among n of them would come to, for every n, exactly. Curves of
/// this kind are the figures of "Let's Verify Step by Step".
/// </summary>
/// <param name="Problems">The samples of each.</param>
internal sealed record SamplePool(IReadOnlyList<IReadOnlyList<PoolSample>> Problems)
{
    /// <summary>Samples of the problem that has fewest: so many can be chosen from.</summary>
    public int Smallest => Problems.Min(p => p.Count);

    public bool IsScored => Problems.All(p => p.All(s => s.Score is not null));

    /// <summary>Whether all scores are between 0 and 1; else they are logits, and a vote weighs them by their sigmoid.</summary>
    public bool HasProbabilities => Problems.All(p => p.All(s => s.Score is null or (>= 0 and <= 1)));

    /// <summary>1, 2, 4, … and all.</summary>
    public IEnumerable<int> Ladder()
    {
        for (var n = 1; n < Smallest; n *= 2) yield return n;
        yield return Smallest;
    }

    public PoolPoint At(int n, ulong seed)
    {
        var right = new ItemValues<int>();
        for (var i = 0; i < Problems.Count; i++)
            foreach (var sample in Problems[i]) right.Add(i, sample.IsRight ? 1 : 0);
        var isLogit = !HasProbabilities;
        return new PoolPoint(
            n, PassAtK.Over(right, n), PassAtK.AllOver(right, n), MajorityAtK.Over(Problems, s => s.IsRight, s => s.Group < 0 ? null : s.Group.ToString(System.Globalization.CultureInfo.InvariantCulture), n, seed),
            IsScored ? BestOfN.Over(Problems, s => s.Score!.Value, s => s.IsRight, n) : null,
            IsScored ? WeightedVoteAtN.Over(Problems, s => s.Group, s => isLogit ? 1 / (1 + Math.Exp(-s.Score!.Value)) : s.Score!.Value, n, seed) : null);
    }
}

/// <summary>What n samples of each problem come to.</summary>
/// <param name="N">Samples.</param>
/// <param name="Pass">pass@n: some one is right.</param>
/// <param name="All">pass^n: all are.</param>
/// <param name="Majority">The most frequent answer is right.</param>
/// <param name="Best">That of the highest score is; null without scores.</param>
/// <param name="Weighted">The answer with the largest sum of scores is; null without.</param>
internal sealed record PoolPoint(int N, Estimate Pass, Estimate All, Estimate Majority, Estimate? Best, Estimate? Weighted)
{
    /// <summary>What is measured, in the order of a table.</summary>
    public IEnumerable<(string Name, Estimate Value)> Values
    {
        get
        {
            if (Best is not null) yield return ("best-of-n", Best);
            if (Weighted is not null) yield return ("weighted vote", Weighted);
            yield return ("majority", Majority);
            yield return ("pass@n", Pass);
            yield return ("pass^n", All);
        }
    }
}
