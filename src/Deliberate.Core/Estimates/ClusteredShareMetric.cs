namespace Deliberate.Core;

/// <summary>
/// A share over items of which some hang together (attacks on one prompt, translations of one question, items of one template): every
/// item counts the same, the error counts each cluster once (<see cref="ShareInterval.Clustered"/>).
/// </summary>
internal static class ClusteredShareMetric
{
    /// <param name="samples">What was measured; several samples of an item are averaged first.</param>
    /// <param name="item">Which item a sample belongs to.</param>
    /// <param name="cluster">Which cluster the item belongs to.</param>
    /// <param name="value">1 where it holds, 0 where not, or a score between.</param>
    public static Estimate Of<T>(IEnumerable<T> samples, Func<T, string> item, Func<T, string> cluster, Func<T, double> value)
    {
        var values = new ItemValues<(string Cluster, string Item)>();
        foreach (var sample in samples) values.Add((cluster(sample), item(sample)), value(sample));
        return Of(values);
    }

    /// <summary>Of values by cluster and item.</summary>
    public static Estimate Of(ItemValues<(string Cluster, string Item)> values)
    {
        if (values.Items == 0 || !values.IsFinite) return Estimate.Unmeasured(values.Items, values.Items, values.Samples);
        var clusters = Clusters(values);
        return clusters.Distinct().Count() == values.Items ? ShareInterval.Of(values.Means(), values.Samples, values.Samples) : ShareInterval.Clustered(values.Means(), clusters, values.Samples);
    }

    /// <summary>A number for each item's cluster.</summary>
    internal static int[] Clusters(ItemValues<(string Cluster, string Item)> values)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. values.Keys.Select(k => numbers.TryGetValue(k.Cluster, out var number) ? number : numbers[k.Cluster] = numbers.Count)];
    }
}
