using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A metric of two results on the samples of the items that both have.</summary>
/// <param name="Metric">Which.</param>
/// <param name="From">The first's, on these items.</param>
/// <param name="To">The second's.</param>
/// <param name="Difference">Second less first, item by item, the error counting each cluster once.</param>
/// <param name="P">Of no difference: McNemar's exact test where each item has one right or wrong answer of each, and by Student's t over clusters where items hang together; null where an item has several answers, or values between.</param>
/// <param name="OnlyFirst">Items that only the first got.</param>
/// <param name="OnlySecond">Items that only the second got.</param>
public sealed record MetricComparison(TaskMetric Metric, Estimate From, Estimate To, Estimate Difference, double? P, int OnlyFirst, int OnlySecond)
{
    /// <summary>P adjusted by Holm for all comparisons of one table; null where there is none.</summary>
    public double? AdjustedP { get; init; }

    /// <summary>Null for a metric that no two results can be compared by, item by item.</summary>
    internal static MetricComparison? Of(TaskMetric metric, IReadOnlyList<SampleResult> from, IReadOnlyList<SampleResult> to)
    {
        if (metric.Custom is not null) return null;
        var common = ItemValues<(string Cluster, string Item)>.Common(Values(from), Values(to));
        if (common.To.Items == 0) return null;
        var difference = ClusteredDifferenceMetric.Of(common.From, common.To, metric.IsShare ? MeasureKind.Share : MeasureKind.Length);
        var isBinary = metric.IsShare && IsBinary(common.From) && IsBinary(common.To);
        var (first, second) = isBinary ? Discordant(common.From, common.To) : (0, 0);
        return new MetricComparison(metric, metric.Estimated(common.From), metric.Estimated(common.To), difference, isBinary ? PairedTest.Of(common.From, common.To, first, second) : null, first, second);

        ItemValues<(string Cluster, string Item)> Values(IReadOnlyList<SampleResult> samples) =>
            ItemValues.Of(samples.Where(metric.Counts).Select(s => (Sample: s, Value: metric.Value(s))).Where(v => v.Value is not null), v => (v.Sample.Cluster, v.Sample.Item), v => v.Value!.Value);
    }

    private static bool IsBinary(ItemValues<(string Cluster, string Item)> values) => values.Values.All(v => v.Count == 1 && v[0] is 0 or 1);

    private static (int First, int Second) Discordant(ItemValues<(string Cluster, string Item)> from, ItemValues<(string Cluster, string Item)> to)
    {
        var (first, second) = (0, 0);
        for (var i = 0; i < to.Items; i++)
        {
            var (a, b) = (from.Values[i][0], to.Values[i][0]);
            if (a > b) first++;
            else if (b > a) second++;
        }

        return (first, second);
    }
}
