namespace Deliberate.Core;

/// <summary>Two systems on the same items by every comparison of pairs, the second less the first.</summary>
internal static class PairedTable
{
    /// <param name="first">A value an item.</param>
    /// <param name="second">The other's, in the same order.</param>
    /// <param name="clusters">What hangs together; null where every item is its own.</param>
    /// <param name="seed">Draws resamples and permutations.</param>
    public static IReadOnlyList<StatisticRow> Of(double[] first, double[] second, IReadOnlyList<string>? clusters, ulong seed)
    {
        var paired = PairedDifference.Of(second, first);
        var permutation = Permutation.Paired(second, first, seed);
        var apart = Permutation.Independent(second, first, seed);
        var related = first.Length > 1 ? Correlation.Of(first, second) : null;
        List<StatisticRow> rows =
        [
            StatisticRow.Of("difference, paired Student's t", paired.Difference.Mean, paired.Difference.StudentT()),
            new("standard error, paired", paired.Difference.StandardError),
            new("standard error if they were not paired", paired.UnpairedStandardError),
            new("p of t, two-sided", paired.PValue),
            new("p of z, two-sided", paired.PValueOfZ),
            new($"p, permutation of signs{(permutation.IsExact ? "" : ", drawn")}", permutation.TwoSided),
            new($"p, permutation if they were not paired{(apart.IsExact ? "" : ", drawn")}", apart.TwoSided),
            StatisticRow.Of("correlation, Pearson", related?.Pearson, related?.PearsonInterval),
            new("p of it", related?.PearsonP),
            new("correlation, Spearman", related?.Spearman),
            new("p of it", related?.SpearmanP),
            new("correlation, Kendall's tau-b", related?.TauB),
            new("p of it", related?.TauP),
            new("correlation, Kendall's tau-c", related?.TauC),
        ];
        var (from, to) = (Values(first, clusters), Values(second, clusters));
        if (clusters is not null)
        {
            rows.Add(StatisticRow.Of("difference", ClusteredDifferenceMetric.Of(from, to, MeasureKind.Length)));
        }

        rows.Add(StatisticRow.Of("difference", ClusteredDifferenceMetric.Resampled(from, to, seed)));
        if (!first.Concat(second).All(v => v is 0 or 1)) return rows;
        int onlyFirst = first.Where((v, i) => v > second[i]).Count(), onlySecond = second.Where((v, i) => v > first[i]).Count();
        rows.Add(new StatisticRow("items that only the first got right", onlyFirst));
        rows.Add(new StatisticRow("items that only the second got right", onlySecond));
        rows.Add(new StatisticRow("p, McNemar exact", McNemar.Exact(onlyFirst, onlySecond)));
        rows.Add(new StatisticRow("p, McNemar mid-p", McNemar.MidP(onlyFirst, onlySecond)));
        rows.Add(new StatisticRow("p, McNemar chi-squared", McNemar.ChiSquared(onlyFirst, onlySecond, corrected: false)?.P));
        rows.Add(new StatisticRow("p, McNemar chi-squared with continuity", McNemar.ChiSquared(onlyFirst, onlySecond, corrected: true)?.P));
        return rows;
    }

    /// <summary>Whether the second is no worse by the margin, by clusters where there are some.</summary>
    public static NonInferiority Compare(double[] first, double[] second, IReadOnlyList<string>? clusters, double margin) =>
        NonInferiority.Of(ClusteredDifferenceMetric.Of(Values(first, clusters), Values(second, clusters), first.Concat(second).All(v => v is >= 0 and <= 1) ? MeasureKind.Share : MeasureKind.Length), margin);

    private static ItemValues<(string Cluster, string Item)> Values(double[] values, IReadOnlyList<string>? clusters)
    {
        var items = new ItemValues<(string, string)>();
        for (var i = 0; i < values.Length; i++)
        {
            var own = $"{i}";
            items.Add((clusters?[i] ?? own, own), values[i]);
        }

        return items;
    }
}
