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

    /// <summary>The highest score of n samples is a right one's.</summary>
    public Estimate Best(int n) => BestOfN.Over(Problems, ScoreOf, s => s.IsRight, n);

    /// <summary>The most frequent answer of n samples is right.</summary>
    public Estimate MajorityOf(int n, ulong seed) => MajorityAtK.Over(Problems, s => s.IsRight, VoteOf, n, seed);

    /// <summary>Of each problem, how likely the highest score of n samples is a right one's.</summary>
    public double[] BestByProblem(int n) => [.. Problems.Select(p => BestOfN.Of([.. p.Select(ScoreOf)], [.. p.Select(s => s.IsRight)], n))];

    /// <summary>Of each problem, how likely the most frequent answer of n samples is right.</summary>
    public double[] MajorityByProblem(int n, ulong seed) =>
        [.. Problems.Select((p, i) => MajorityAtK.Expected([.. p.Select(VoteOf)], "0", n, new RandomStream(seed, StreamStage.Bootstrap, step: n, problem: i)))];

    public PoolPoint At(int n, ulong seed)
    {
        var right = new ItemValues<int>();
        for (var i = 0; i < Problems.Count; i++)
            foreach (var sample in Problems[i]) right.Add(i, sample.IsRight ? 1 : 0);
        var isLogit = !HasProbabilities;
        return new PoolPoint(
            n, PassAtK.Over(right, n), PassAtK.AllOver(right, n), MajorityOf(n, seed),
            IsScored ? Best(n) : null,
            IsScored ? WeightedVoteAtN.Over(Problems, s => s.Group, s => isLogit ? 1 / (1 + Math.Exp(-s.Score!.Value)) : s.Score!.Value, n, seed) : null);
    }

    /// <summary>Of each problem, how likely the answer with the largest sum of scores, which are probabilities, of n samples is right.</summary>
    public double[] WeightedByProblem(int n, ulong seed) =>
        [.. Problems.Select((p, i) => WeightedVoteAtN.Expected([.. p.Select(s => s.Group)], [.. p.Select(s => s.Score!.Value)], n, new RandomStream(seed, StreamStage.Bootstrap, step: n, problem: i)))];

    /// <summary>A sample without an answer is never preferred to one that has one.</summary>
    private static double ScoreOf(PoolSample sample) => sample.Group < 0 ? double.NegativeInfinity : sample.Score!.Value;

    private static string? VoteOf(PoolSample sample) => sample.Group < 0 ? null : sample.Group.ToString(System.Globalization.CultureInfo.InvariantCulture);
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
