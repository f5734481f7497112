namespace Deliberate.Core;

/// <summary>Two systems' right and wrong answers to the same items, tested for no difference.</summary>
internal static class PairedTest
{
    /// <summary>
    /// McNemar's exact test, which takes items for independent; where some hang together Student's t of the differences, clusters counted
    /// once, as their interval does. Null where neither says anything: no cluster differs from another.
    /// </summary>
    /// <param name="from">One value an item.</param>
    /// <param name="to">The second's, of the same items in the same order.</param>
    /// <param name="onlyFirst">Items that only the first got.</param>
    /// <param name="onlySecond">Items that only the second got.</param>
    public static double? Of(ItemValues<(string Cluster, string Item)> from, ItemValues<(string Cluster, string Item)> to, int onlyFirst, int onlySecond)
    {
        var clusters = ClusteredShareMetric.Clusters(to);
        return clusters.Distinct().Count() == clusters.Length ? McNemar.Exact(onlyFirst, onlySecond) : PairedDifference.Of(to.Means(), from.Means(), clusters).PValue;
    }
}
