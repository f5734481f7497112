namespace Deliberate.Core;

/// <summary>How far raters, people or judges, agree: Krippendorff's alpha of all, Fleiss' kappa where each rated all, Cohen's of each pair.</summary>
internal static class AgreementTable
{
    /// <param name="names">Of the raters.</param>
    /// <param name="ratings">[rater][item]: a number for each category, in their order; NaN where it was not rated.</param>
    /// <param name="scale">Of the numbers.</param>
    /// <param name="seed">Draws the resamples.</param>
    public static IReadOnlyList<StatisticRow> Of(IReadOnlyList<string> names, IReadOnlyList<double[]> ratings, RatingScale scale, ulong seed)
    {
        List<StatisticRow> rows = [StatisticRow.Of($"Krippendorff's alpha, {scale}", KrippendorffAlpha.Over(ratings, scale, seed))];
        int[] whole = [.. Enumerable.Range(0, ratings[0].Length).Where(i => ratings.All(r => !double.IsNaN(r[i])))];
        if (whole.Length > 0)
        {
            double[] categories = [.. ratings.SelectMany(r => whole.Select(i => r[i])).Distinct().Order()];
            rows.Add(new StatisticRow("Fleiss' kappa", FleissKappa.Of([.. whole.Select(i => categories.Select(c => ratings.Count(r => r[i] == c)).ToArray())])));
        }

        for (var a = 0; a < names.Count; a++)
            for (var b = a + 1; b < names.Count; b++) Pair(rows, $"{names[a]} and {names[b]}", ratings[a], ratings[b]);
        return rows;
    }

    private static void Pair(List<StatisticRow> rows, string name, double[] first, double[] second)
    {
        int[] both = [.. Enumerable.Range(0, first.Length).Where(i => !double.IsNaN(first[i]) && !double.IsNaN(second[i]))];
        if (both.Length == 0)
        {
            rows.Add(new StatisticRow($"{name}: no item in common", null));
            return;
        }

        // Categories by their place, so that weights are of places.
        double[] categories = [.. both.SelectMany(i => new[] { first[i], second[i] }).Distinct().Order()];
        int[] a = [.. both.Select(i => Array.BinarySearch(categories, first[i]))], b = [.. both.Select(i => Array.BinarySearch(categories, second[i]))];
        var kappa = CohenKappa.Of(a, b);
        rows.Add(new StatisticRow($"{name}: agreement", kappa.Observed));
        rows.Add(StatisticRow.Of($"{name}: Cohen's kappa", kappa.Value, kappa.Interval));
        if (categories.Length < 3) return;
        rows.Add(new StatisticRow($"{name}: kappa, linear weights", CohenKappa.Weighted(a, b, KappaWeights.Linear)));
        rows.Add(new StatisticRow($"{name}: kappa, quadratic weights", CohenKappa.Weighted(a, b, KappaWeights.Quadratic)));
    }
}
