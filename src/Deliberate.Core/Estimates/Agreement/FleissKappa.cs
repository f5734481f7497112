namespace Deliberate.Core;

/// <summary>
/// Fleiss' kappa (1971) of several raters, as many for every item, who need not be the same: the mean share of agreeing pairs of
/// raters, against that of ratings drawn with the categories' overall shares.
/// </summary>
internal static class FleissKappa
{
    /// <param name="counts">[item][category]: how many raters chose it.</param>
    /// <returns>Null where all chose one category.</returns>
    public static double? Of(IReadOnlyList<IReadOnlyList<int>> counts)
    {
        var raters = counts[0].Sum();
        if (raters < 2 || counts.Any(c => c.Sum() != raters)) throw new ArgumentException("At least two raters, as many for every item.", nameof(counts));
        var observed = counts.Average(c => (c.Sum(k => (double)k * k) - raters) / (raters * (raters - 1.0)));
        var expected = Enumerable.Range(0, counts[0].Count).Sum(category => Math.Pow(counts.Average(c => (double)c[category]) / raters, 2));
        return expected < 1 ? (observed - expected) / (1 - expected) : null;
    }
}
