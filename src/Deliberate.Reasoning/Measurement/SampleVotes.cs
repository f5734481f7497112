using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>pass@k and majority@k of the problems that have several samples.</summary>
internal sealed record SampleVotes(int K, Estimate Pass, Estimate Majority)
{
    /// <summary>k doubling up to all samples of a problem; empty where none has several.</summary>
    /// <param name="seed">Draws subsets of votes that are dear to count.</param>
    public static IReadOnlyList<SampleVotes> Of(IEnumerable<ScoredSample> samples, ulong seed)
    {
        ScoredSample[][] problems = [.. samples.Where(s => s.IsJudged).GroupBy(SampleMeasure.Problem).Select(g => g.ToArray()).Where(g => g.Length > 1)];
        if (problems.Length == 0) return [];
        var right = SampleMeasure.Accuracy.ByProblem(problems.SelectMany(p => p));
        return [.. Ladder(problems.Min(p => p.Length)).Select(k => new SampleVotes(k, PassAtK.Over(right, k), MajorityAtK.Over(problems, SampleMeasure.IsRight, s => s.Answer, k, seed)))];
    }

    /// <summary>1, 2, 4, ... and the most.</summary>
    private static IEnumerable<int> Ladder(int most)
    {
        for (var k = 1; k < most; k *= 2) yield return k;
        yield return most;
    }
}
