namespace Deliberate.Core;

/// <summary>
/// The share of samples for which something holds, every item counting the same: the mean over items of each item's share, which
/// for right answers is pass@1. Its interval is <see cref="ShareInterval"/>'s.
/// </summary>
internal static class ShareMetric
{
    /// <param name="values">1 for each sample for which it holds and 0 for the others, or a score between.</param>
    public static Estimate Of<TItem>(ItemValues<TItem> values)
        where TItem : notnull =>
        values.IsFinite ? ShareInterval.Of(values.Means(), values.Samples, values.Samples) : Estimate.Unmeasured(values.Items, values.Items, values.Samples);
}
