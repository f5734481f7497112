using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// What several samples of an item come to: pass@k (one of k is right), pass^k (all k are), majority@k (the most frequent answer is;
/// cons@k, by the answers as the scorer read them). An item of which fewer than k samples were judged says nothing of k, and is left out rather than taken for the best.
/// Items that hang together (<see cref="SampleResult.Cluster"/>) count in the interval as one.
/// </summary>
public static class VoteMetrics
{
    /// <summary>Right answers of an item are one candidate, whichever way they are written.</summary>
    private const string RightVote = "\u0001right";

    public static TaskMetric PassAt(int k) => Of("pass", "@", k, items => Over(items, (group, _) => PassAtK.Of(group.Length, group.Count(IsRight), k), () => PassAtK.Over(Right(items), k)));

    public static TaskMetric AllOf(int k) => Of("pass", "^", k, items => Over(items, (group, _) => PassAtK.AllOf(group.Length, group.Count(IsRight), k), () => ShareMetric.Of(ItemValues.Of(items, group => group[0].Item, group => PassAtK.AllOf(group.Length, group.Count(IsRight), k)))));

    public static TaskMetric MajorityAt(int k) => Of("majority", "@", k, items => Over(items, (group, at) => MajorityAtK.Expected([.. group.Select(s => IsRight(s) ? RightVote : Vote(s))], RightVote, k, new RandomStream(1, StreamStage.Bootstrap, step: k, problem: at)), () => MajorityAtK.Over<SampleResult>(items, IsRight, Vote, k, 1)));

    /// <summary>Of each doubling of k up to a number of samples.</summary>
    public static IEnumerable<TaskMetric> UpTo(int samples)
    {
        for (var k = 2; k <= samples; k *= 2) yield return PassAt(k);
        for (var k = 2; k <= samples; k *= 2) yield return MajorityAt(k);
    }

    private static TaskMetric Of(string kind, string sign, int k, Func<IReadOnlyList<SampleResult[]>, Estimate> estimate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var name = string.Create(CultureInfo.InvariantCulture, $"{kind}{sign}{k}");
        return new TaskMetric
        {
            Name = name,
            Title = name,
            Value = TaskMetric.RightOrNot,
            Epochs = k,
            Custom = samples =>
            {
                SampleResult[][] items = [.. samples.Where(s => !s.IsMissing).GroupBy(s => s.Item, StringComparer.Ordinal).Select(g => g.ToArray()).Where(g => g.Length >= k)];
                return items.Length == 0 ? ShareMetric.Of(new ItemValues<string>()) : estimate(items);
            },
        };
    }

    private static bool IsRight(SampleResult sample) => sample.Outcome == SampleOutcome.Pass;

    /// <summary>What a sample votes for: nothing where nobody could read an answer in it.</summary>
    private static string? Vote(SampleResult sample) => sample.Outcome != SampleOutcome.Unscored && sample.Answer is { } answer ? Normalised(answer) : null;

    private static ItemValues<string> Right(IReadOnlyList<SampleResult[]> items) => ItemValues.Of(items.SelectMany(i => i), s => s.Item, s => IsRight(s) ? 1 : 0);

    /// <summary>The mean of the items' values.</summary>
    /// <param name="items">The samples of each.</param>
    /// <param name="value">Of an item and its place.</param>
    /// <param name="independent">The estimate where no two items hang together.</param>
    private static Estimate Over(IReadOnlyList<SampleResult[]> items, Func<SampleResult[], int, double> value, Func<Estimate> independent)
    {
        if (items.Select(i => i[0].Cluster).Distinct(StringComparer.Ordinal).Count() == items.Count) return independent();
        return ClusteredShareMetric.Of(items.Index(), i => i.Item[0].Item, i => i.Item[0].Cluster, i => value(i.Item, i.Index));
    }

    private static string Normalised(string answer) => string.Join(' ', answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}
