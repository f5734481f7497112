namespace Deliberate.Core;

/// <summary>A rate of independent tries by every interval there is, the one to use first; two such rates, by every comparison.</summary>
internal static class RateTable
{
    /// <param name="successes">Of the tries.</param>
    /// <param name="count">All tries.</param>
    /// <param name="confidence">Of the intervals.</param>
    public static IReadOnlyList<StatisticRow> Of(int successes, int count, double confidence)
    {
        var rate = new Proportion(successes, count);
        var posterior = new BetaPosterior(successes, count);
        List<StatisticRow> rows =
        [
            StatisticRow.Of("Wilson", rate.Value, rate.Wilson(confidence)),
            StatisticRow.Of("Wilson with continuity", rate.Value, rate.WilsonWithContinuity(confidence)),
            StatisticRow.Of("Clopper-Pearson (exact)", rate.Value, rate.ClopperPearson(confidence)),
            StatisticRow.Of("Jeffreys", rate.Value, rate.Jeffreys(confidence)),
            StatisticRow.Of("Agresti-Coull", rate.Value, rate.AgrestiCoull(confidence)),
            StatisticRow.Of("Wald (textbook; not to be used)", rate.Value, rate.Wald(confidence)),
            StatisticRow.Of("posterior under a uniform prior", posterior.Mean, posterior.Interval(confidence)),
            new("P(rate > 1/2) under it", posterior.ProbabilityAbove(0.5)),
        ];
        if (successes == 0) rows.Add(new StatisticRow("none seen: upper bound, one-sided", 0, 0, Proportion.UpperBoundOfNone(count, confidence)));
        return rows;
    }

    public static IReadOnlyList<StatisticRow> Compare(int successes1, int count1, int successes2, int count2, double confidence)
    {
        var two = new TwoProportions(new Proportion(successes1, count1), new Proportion(successes2, count2));
        var fisher = FisherExact.Of(successes1, count1 - successes1, successes2, count2 - successes2);
        return
        [
            StatisticRow.Of("difference, Newcombe", two.Difference, two.Newcombe(confidence)),
            StatisticRow.Of("difference, Agresti-Caffo", two.Difference, two.AgrestiCaffo(confidence)),
            StatisticRow.Of("difference, Wald (textbook; not to be used)", two.Difference, two.Wald(confidence)),
            new("z, pooled", two.Z),
            new("p of z, two-sided", two.PValue),
            new("p, Fisher's exact, two-sided", fisher.TwoSided),
            new("p, Fisher's exact, less", fisher.Less),
            new("p, Fisher's exact, greater", fisher.Greater),
            new("odds ratio", fisher.OddsRatio),
        ];
    }
}
