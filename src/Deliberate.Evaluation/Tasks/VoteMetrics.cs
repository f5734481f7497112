using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// What several samples of an item come to: pass@k (one of k is right), pass^k (all k are), majority@k (the most frequent answer is;
/// cons@k, by the answers as the scorer read them). An item of which fewer than k samples were judged says nothing of k, and is left out rather than taken for the best.
/// </summary>
public static class VoteMetrics
{
    public static TaskMetric PassAt(int k) => Of("pass", "@", k, (items, _) => PassAtK.Over(Right(items), k));

    public static TaskMetric AllOf(int k) => Of("pass", "^", k, (items, samples) => ShareOf(items, group => PassAtK.AllOf(group.Length, group.Count(IsRight), k), samples));

    public static TaskMetric MajorityAt(int k) => Of("majority", "@", k, (items, _) => MajorityAtK.Over<SampleResult>(items, IsRight, Vote, k, 1));

    /// <summary>Of each doubling of k up to a number of samples.</summary>
    public static IEnumerable<TaskMetric> UpTo(int samples)
    {
        for (var k = 2; k <= samples; k *= 2) yield return PassAt(k);
        for (var k = 2; k <= samples; k *= 2) yield return MajorityAt(k);
    }

    private static TaskMetric Of(string kind, string sign, int k, Func<IReadOnlyList<SampleResult[]>, IReadOnlyList<SampleResult>, Estimate> estimate)
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
                return items.Length == 0 ? ShareMetric.Of(new ItemValues<string>()) : estimate(items, samples);
            },
        };
    }

    private static bool IsRight(SampleResult sample) => sample.Outcome == SampleOutcome.Pass;

    /// <summary>What a sample votes for: nothing where nobody could read an answer in it.</summary>
    private static string? Vote(SampleResult sample) => sample.Outcome != SampleOutcome.Unscored && sample.Answer is { } answer ? Normalised(answer) : null;

    private static ItemValues<string> Right(IReadOnlyList<SampleResult[]> items) => ItemValues.Of(items.SelectMany(i => i), s => s.Item, s => IsRight(s) ? 1 : 0);

    private static Estimate ShareOf(IReadOnlyList<SampleResult[]> items, Func<SampleResult[], double> value, IReadOnlyList<SampleResult> samples) =>
        samples.Count == 0 ? ShareMetric.Of(new ItemValues<string>()) : ShareMetric.Of(ItemValues.Of(items, g => g[0].Item, value));

    private static string Normalised(string answer) => string.Join(' ', answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}
