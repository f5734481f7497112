namespace Deliberate.Core;

/// <summary>A mean with every error that it may be told with: of independent values, of clusters, of several samples a question.</summary>
internal static class MeanTable
{
    private const int Resamples = 10_000;

    /// <param name="values">A number a row.</param>
    /// <param name="clusters">What hangs together; null where every row is its own.</param>
    /// <param name="seed">Draws the resamples.</param>
    public static IReadOnlyList<StatisticRow> Of(double[] values, IReadOnlyList<string>? clusters, ulong seed)
    {
        var plain = SampleMean.Of(values);
        List<StatisticRow> rows =
        [
            StatisticRow.Of("mean, Student's t", plain.Mean, plain.StudentT()),
            StatisticRow.Of("mean, normal", plain.Mean, plain.StandardError is { } error ? Interval.Around(plain.Mean, Quantiles.TwoSidedNormal(Estimate.Confidence), error) : null),
            new("standard deviation", plain.StandardDeviation),
            new("standard error of independent values", plain.StandardError),
        ];
        var ids = clusters is null ? [.. Enumerable.Range(0, values.Length)] : Numbers(clusters);
        if (clusters is not null) Clusters(rows, values, ids);
        Resampled(rows, values, ids, seed);
        if (clusters is not null && Array.TrueForAll(values, v => v is 0 or 1)) Counts(rows, values, ids);
        return rows;
    }

    /// <summary>A number for each name, in the order in which they come.</summary>
    internal static int[] Numbers(IEnumerable<string> names)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. names.Select(name => known.TryGetValue(name, out var number) ? number : known[name] = known.Count)];
    }

    private static void Clusters(List<StatisticRow> rows, double[] values, int[] ids)
    {
        var mean = SampleMean.Clustered(values, ids);
        rows.Add(StatisticRow.Of("mean, clustered Student's t", mean.Mean, mean.StudentT()));
        rows.Add(new StatisticRow("clusters", mean.Clusters));
        rows.Add(new StatisticRow("clustered standard error", mean.StandardError));
        rows.Add(new StatisticRow("clustered standard error, CR1", mean.StandardErrorCr1));
        rows.Add(new StatisticRow("design effect", mean.Clusters > 1 ? mean.DesignEffect : null));
        if (Array.TrueForAll(values, v => v is >= 0 and <= 1)) rows.Add(StatisticRow.Of("share", ShareInterval.Clustered(values, ids, values.Length)));
        var groups = Enumerable.Range(0, values.Length).GroupBy(i => ids[i]).Select(g => (IReadOnlyList<double>)[.. g.Select(i => values[i])]).ToArray();
        if (groups.Length < 2 || groups[0].Count < 2 || groups.Any(g => g.Count != groups[0].Count)) return;
        var parts = VarianceComponents.Of(groups);
        rows.Add(new StatisticRow("variance within a cluster", parts.Within));
        rows.Add(new StatisticRow("variance between clusters", parts.Between));
    }

    private static void Resampled(List<StatisticRow> rows, double[] values, int[] ids, ulong seed)
    {
        var groups = Enumerable.Range(0, values.Length).GroupBy(i => ids[i]).Select(g => (Sum: g.Sum(i => values[i]), Count: g.Count())).ToArray();
        if (groups.Length < 2) return;
        var mean = SampleMean.Of(values).Mean;
        var drawn = Bootstrap.Resample(groups.Length, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen => chosen.Sum(i => groups[i].Sum) / chosen.Sum(i => groups[i].Count));
        double[] jackknife = [.. groups.Select(g => (values.Sum() - g.Sum) / (values.Length - g.Count))];
        var accelerated = Bootstrap.Accelerated(drawn, mean, jackknife);
        rows.Add(StatisticRow.Of("mean, bootstrap percentile", mean, Bootstrap.Percentile(drawn)));
        rows.Add(StatisticRow.Of("mean, bootstrap basic", mean, Bootstrap.Basic(drawn, mean)));
        rows.Add(StatisticRow.Of("mean, bootstrap BCa", mean, accelerated?.Interval));
        rows.Add(new StatisticRow("bootstrap standard error", Bootstrap.StandardError(drawn)));
    }

    /// <summary>How strongly the tries of a cluster hang together, where they are 0 or 1.</summary>
    private static void Counts(List<StatisticRow> rows, double[] values, int[] ids)
    {
        var groups = Enumerable.Range(0, values.Length).GroupBy(i => ids[i]).Select(g => (K: g.Count(i => values[i] == 1), N: g.Count())).ToArray();
        var fit = BetaBinomial.Fit([.. groups.Select(g => g.K)], [.. groups.Select(g => g.N)]);
        rows.Add(new StatisticRow("beta-binomial alpha", fit?.Alpha));
        rows.Add(new StatisticRow("beta-binomial beta", fit?.Beta));
        rows.Add(new StatisticRow("correlation of two tries of a cluster", fit?.Intraclass));
    }
}
