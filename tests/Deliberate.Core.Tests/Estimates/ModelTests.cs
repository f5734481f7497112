namespace Deliberate.Core.Tests;

/// <summary>Fitted models against likelihoods summed by brute force, and Davidson's model against counts that it fits exactly.</summary>
public sealed class ModelTests
{
    [Fact]
    public void The_mixed_model_is_at_the_top_of_the_likelihood_and_its_errors_are_its_curvature()
    {
        var (outcomes, columns, clusters) = Decisions(clusterCount: 30, rows: 12, deviation: 0.9, seed: 4);
        var fit = MixedLogistic.Fit(outcomes, columns, clusters)!;
        double[] at = [.. fit.Coefficients.Select(c => c.Value), fit.Deviation];
        BruteForce(at, outcomes, columns, clusters).ShouldBe(fit.LogLikelihood, 1e-7);
        const double Step = 1e-3;
        var information = new double[at.Length, at.Length];
        for (var i = 0; i < at.Length; i++)
        {
            ((Moved((i, Step)) - Moved((i, -Step))) / (2 * Step)).ShouldBe(0, 1e-4);
            for (var j = 0; j < at.Length; j++)
                information[i, j] = -(Moved((i, Step), (j, Step)) - Moved((i, Step), (j, -Step)) - Moved((i, -Step), (j, Step)) + Moved((i, -Step), (j, -Step))) / (4 * Step * Step);
        }

        var inverse = SymmetricMatrix.Inverse(information)!;
        for (var i = 0; i < fit.StandardErrors.Count; i++) fit.StandardErrors[i].ShouldBe(Math.Sqrt(inverse[i, i]), 1e-3 * fit.StandardErrors[i]);
        fit.Coefficients[1].Low.ShouldBeLessThan(0.8, "what the data was drawn with");
        fit.Coefficients[1].High.ShouldBeGreaterThan(0.8);

        double Moved(params (int Index, double By)[] moves)
        {
            var moved = (double[])at.Clone();
            foreach (var (index, by) in moves) moved[index] += by;
            return BruteForce(moved, outcomes, columns, clusters);
        }
    }

    [Fact]
    public void Clusters_that_do_not_differ_leave_the_ordinary_logistic_model()
    {
        // 30 of 40 and 10 of 40: the odds ratio is 9, and each cluster holds the same.
        List<bool> outcomes = [];
        List<double[]> columns = [];
        List<int> clusters = [];
        for (var cluster = 0; cluster < 10; cluster++)
        {
            for (var i = 0; i < 8; i++)
            {
                // Of each four with the column 1 three, of each four without it one.
                columns.Add([1, i < 4 ? 1 : 0]);
                outcomes.Add(i < 4 ? i % 4 != 0 : i % 4 == 0);
                clusters.Add(cluster);
            }
        }

        var fit = MixedLogistic.Fit(outcomes, columns, clusters)!;
        fit.Deviation.ShouldBe(0);
        fit.Coefficients[0].Value.ShouldBe(Math.Log(1 / 3.0), 1e-6);
        fit.Coefficients[1].Value.ShouldBe(Math.Log(9), 1e-6);
        fit.StandardErrors[1].ShouldBe(Math.Sqrt((1 / 30.0) + (1 / 10.0) + (1 / 10.0) + (1 / 30.0)), 1e-6);
    }

    [Fact]
    public void A_level_that_always_says_the_same_has_no_finite_coefficient()
    {
        var (outcomes, columns, clusters) = Decisions(clusterCount: 10, rows: 6, deviation: 0.5, seed: 2);
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = columns[i][1] == 1;
        MixedLogistic.Fit(outcomes, columns, clusters).ShouldBeNull();
    }

    [Fact]
    public void Davidson_s_model_of_two_has_the_shares_that_were_seen()
    {
        double[,] wins = { { 0, 60 }, { 20, 0 } }, ties = { { 0, 40 }, { 40, 0 } };
        var model = PairwiseModel.Fit(wins, ties)!;
        // Two parameters for three shares: π1 / π2 = 3, ν = (tied / all) (π1 + π2 + ν √(π1 π2)) / √(π1 π2).
        (model.Strengths[0] - model.Strengths[1]).ShouldBe(Math.Log(3), 1e-9);
        double ratio = Math.Sqrt(3), nu = Math.Exp(model.TieLogit!.Value);
        (nu * ratio / (3 + 1 + (nu * ratio))).ShouldBe(40 / 120.0, 1e-9);
        PairwiseModel.Fit(wins)!.TieLogit.ShouldBeNull();
    }

    [Fact]
    public void Strengths_have_intervals_over_clusters_and_say_who_cannot_be_compared()
    {
        Comparison[] games = [.. Enumerable.Range(0, 60).Select(i => new Comparison(i % 3, (i + 1) % 3, i % 5 == 0 ? 0.5 : i % 7 < 4 ? 1 : 0, i / 2))];
        foreach (var rule in Enum.GetValues<TieRule>())
        {
            var metric = PairwiseMetric.Of(games, 3, rule, 1);
            metric.Elo.Count.ShouldBe(3);
            metric.Elo.ShouldAllBe(e => e.HasInterval && e.Low <= e.Value && e.Value <= e.High && e.Clusters == 30);
            PairwiseMetric.Of(games, 3, rule, 1).Elo[0].ShouldBe(metric.Elo[0]);
        }

        var apart = PairwiseMetric.Of([.. games, new Comparison(3, 0, 0, 99)], 4, TieRule.HalfWin, 1);
        apart.Model.ShouldBeNull();
        apart.Groups.Select(g => g.Count).ShouldBe([3, 1]);
    }

    private static (bool[] Outcomes, double[][] Columns, int[] Clusters) Decisions(int clusterCount, int rows, double deviation, ulong seed)
    {
        var stream = new RandomStream(seed, StreamStage.Test);
        List<(bool, double[], int)> all = [];
        for (var cluster = 0; cluster < clusterCount; cluster++)
        {
            var own = deviation * stream.NextNormal();
            for (var row = 0; row < rows; row++)
            {
                double[] columns = [1, row % 2, (row / 2 % 3) - 1];
                var chance = 1 / (1 + Math.Exp(-(-0.3 + (0.8 * columns[1]) - (0.4 * columns[2]) + own)));
                all.Add((stream.NextBool(chance), columns, cluster));
            }
        }

        return ([.. all.Select(a => a.Item1)], [.. all.Select(a => a.Item2)], [.. all.Select(a => a.Item3)]);
    }

    /// <summary>The integral over each cluster's v as a plain sum on a fine grid.</summary>
    private static double BruteForce(double[] at, bool[] outcomes, double[][] columns, int[] clusters)
    {
        const double Step = 0.02;
        var p = at.Length - 1;
        return Enumerable.Range(0, outcomes.Length).GroupBy(i => clusters[i]).Sum(rows =>
        {
            var integral = 0.0;
            for (var v = -9.0; v <= 9; v += Step)
            {
                var density = Math.Exp(-v * v / 2) / Math.Sqrt(2 * Math.PI);
                foreach (var i in rows)
                {
                    var chance = 1 / (1 + Math.Exp(-(Enumerable.Range(0, p).Sum(k => at[k] * columns[i][k]) + (at[p] * v))));
                    density *= outcomes[i] ? chance : 1 - chance;
                }

                integral += density * Step;
            }

            return Math.Log(integral);
        });
    }
}
