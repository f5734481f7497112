namespace Deliberate.Core;

/// <summary>
/// Who is stronger by how much, from judgements of two at a time (<see cref="PairwiseModel"/>), with intervals by bootstrap over clusters
/// of judgements. Resamples in which somebody never lost have no finite answer; they are left out, counted, and said.
/// </summary>
/// <param name="Model">Of all judgements; null where not all can be compared.</param>
/// <param name="Elo">By player, around 1000.</param>
/// <param name="Groups">Players that can be compared with one another: one group where all can.</param>
/// <param name="LostResamples">Of <see cref="Resamples"/>.</param>
internal sealed record PairwiseMetric(PairwiseModel? Model, IReadOnlyList<Estimate> Elo, IReadOnlyList<IReadOnlyList<int>> Groups, int LostResamples)
{
    public const int Resamples = 500;

    public static PairwiseMetric Of(IReadOnlyList<Comparison> comparisons, int players, TieRule rule, ulong seed)
    {
        var (wins, ties) = Count(comparisons, players, rule);
        var groups = PairwiseModel.Groups(wins, ties);
        if (PairwiseModel.Fit(wins, ties) is not { } model) return new PairwiseMetric(null, [], groups, 0);
        Comparison[][] clusters = [.. comparisons.GroupBy(c => c.Cluster).Select(g => g.ToArray())];
        var fits = new List<IReadOnlyList<double>>();
        Bootstrap.Resample(clusters.Length, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen =>
        {
            var (drawnWins, drawnTies) = Count([.. chosen.SelectMany(i => clusters[i])], players, rule);
            if (PairwiseModel.Fit(drawnWins, drawnTies) is { } fit) fits.Add(fit.Elo);
            return 0;
        });
        var elo = model.Elo.Select((value, player) =>
        {
            var n = comparisons.Count(c => c.First == player || c.Second == player);
            return fits.Count < Resamples / 2 ? Estimate.WithoutInterval(value, n, clusters.Length, n)
                : new Estimate(value, Bootstrap.Percentile([.. fits.Select(f => f[player])], Estimate.Confidence), n, clusters.Length, n, EstimateMethod.Bootstrap);
        });
        return new PairwiseMetric(model, [.. elo], groups, Resamples - fits.Count);
    }

    private static (double[,] Wins, double[,]? Ties) Count(IReadOnlyList<Comparison> comparisons, int players, TieRule rule)
    {
        double[,] wins = new double[players, players], ties = new double[players, players];
        foreach (var c in comparisons)
        {
            if (c.Won == 0.5 && rule == TieRule.Davidson)
            {
                ties[c.First, c.Second]++;
                ties[c.Second, c.First]++;
                continue;
            }

            wins[c.First, c.Second] += c.Won;
            wins[c.Second, c.First] += 1 - c.Won;
        }

        return (wins, rule == TieRule.Davidson ? ties : null);
    }
}
