namespace Deliberate.Core.Tests;

/// <summary>Shares of clustered items, shares that a judge told, and shares of which some are missing.</summary>
public sealed class JudgedShareTests
{
    [Fact]
    public void Items_of_a_cluster_that_are_alike_count_as_one()
    {
        var alike = Clustered(Enumerable.Range(0, 60).SelectMany(cluster => Enumerable.Range(0, 10).Select(i => (cluster, i, cluster % 3 == 0 ? 1.0 : 0))));
        var single = Clustered(Enumerable.Range(0, 60).Select(cluster => (cluster, 0, cluster % 3 == 0 ? 1.0 : 0)));
        (alike.N, alike.Clusters, alike.Method).ShouldBe((600, 60, EstimateMethod.ClusteredWilson));
        alike.Value.ShouldBe(single.Value, 1e-12);
        (alike.High - alike.Low).ShouldBe(single.High - single.Low, 0.02 * (single.High - single.Low), "600 rows that are 60 values");
        var mixed = Clustered(Enumerable.Range(0, 60).SelectMany(cluster => Enumerable.Range(0, 10).Select(i => (cluster, i, (cluster + i) % 3 == 0 ? 1.0 : 0))));
        (mixed.High - mixed.Low).ShouldBeLessThan(0.5 * (alike.High - alike.Low));
    }

    [Fact]
    public void A_cluster_is_no_item_and_every_item_counts_the_same()
    {
        var estimate = Clustered([(0, 0, 1), (0, 1, 1), (0, 2, 1), (1, 0, 0), (2, 0, 1), (3, 0, 0), (4, 0, 0), (5, 0, 1), (6, 0, 0)]);
        estimate.Value.ShouldBe(5 / 9.0, 1e-12);
        estimate.HasInterval.ShouldBeTrue();
        var none = Clustered(Enumerable.Range(0, 20).SelectMany(c => Enumerable.Range(0, 5).Select(i => (c, i, 0.0))));
        none.High.ShouldBe(new Proportion(0, 20).Wilson().High, 1e-9, "nothing is known of how items hang together: n is the number of clusters");
    }

    [Fact]
    public void A_difference_counts_clusters_by_t_and_by_bootstrap_alike()
    {
        var (from, to) = (new ItemValues<(string, string)>(), new ItemValues<(string, string)>());
        for (var cluster = 0; cluster < 80; cluster++)
        {
            for (var i = 0; i < 4; i++)
            {
                from.Add(($"{cluster}", $"{i}"), (cluster * 7) % 5 < 2 ? 1 : 0);
                to.Add(($"{cluster}", $"{i}"), (cluster * 7) % 5 < 3 ? 1 : 0);
            }
        }

        var t = ClusteredDifferenceMetric.Of(from, to, MeasureKind.Share);
        (t.N, t.Clusters, t.Method).ShouldBe((320, 80, EstimateMethod.PairedClusteredStudentT));
        var drawn = ClusteredDifferenceMetric.Resampled(from, to, 1);
        drawn.Value.ShouldBe(t.Value, 1e-12);
        drawn.Low.ShouldBe(t.Low, 0.1 * (t.High - t.Low));
        drawn.High.ShouldBe(t.High, 0.1 * (t.High - t.Low));
    }

    [Fact]
    public void A_corrected_share_covers_the_truth_more_often_than_the_judge_s_own()
    {
        // A judge with Se .8 and Sp .9 on a rate of .3 sees .31; on one of .7 it sees .59.
        const int Runs = 120;
        int corrected = 0, raw = 0;
        for (var run = 0; run < Runs; run++)
        {
            var stream = new RandomStream(11, StreamStage.Test, step: run);
            var validation = new JudgeConfusion([.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? (stream.NextBool(0.8) ? new ConfusionCounts(1, 0, 0, 0) : new ConfusionCounts(0, 1, 0, 0)) : stream.NextBool(0.9) ? new ConfusionCounts(0, 0, 1, 0) : new ConfusionCounts(0, 0, 0, 1))]);
            var judged = ItemValues.Of(Enumerable.Range(0, 150), i => i, _ => stream.NextBool(stream.NextBool(0.7) ? 0.8 : 0.1) ? 1 : 0);
            var estimate = CorrectedShareMetric.Of(judged, validation, (ulong)run);
            if (estimate.Low <= 0.7 && 0.7 <= estimate.High) corrected++;
            var own = ShareMetric.Of(judged);
            if (own.Low <= 0.7 && 0.7 <= own.High) raw++;
        }

        ((double)corrected / Runs).ShouldBeGreaterThan(0.88);
        ((double)raw / Runs).ShouldBeLessThan(0.5);
    }

    [Fact]
    public void A_validation_set_that_saw_no_error_is_not_taken_to_be_without()
    {
        var judged = ItemValues.Of(Enumerable.Range(0, 100), i => i, i => i < 40 ? 1 : 0);
        JudgeConfusion Flawless(int n) => new([.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? new ConfusionCounts(1, 0, 0, 0) : new ConfusionCounts(0, 0, 1, 0))]);
        var few = CorrectedShareMetric.Of(judged, Flawless(10), 1);
        var many = CorrectedShareMetric.Of(judged, Flawless(2000), 1);
        few.Value.ShouldBe(0.4, 1e-12);
        (few.High - few.Low).ShouldBeGreaterThan(1.5 * (many.High - many.Low));
        CorrectedShareMetric.Of(judged, new JudgeConfusion([new ConfusionCounts(1, 1, 1, 1)]), 1).IsMeasured.ShouldBeFalse("no better than chance");
    }

    [Fact]
    public void Sensitivity_and_specificity_count_clusters_and_two_judges_are_compared_in_pairs()
    {
        JudgeConfusion Judge(int errors) => new([.. Enumerable.Range(0, 50).Select(i => new ConfusionCounts(i < errors ? 2 : 3, i < errors ? 1 : 0, 4, 1))]);
        var (good, bad) = (Judge(5), Judge(40));
        good.Sensitivity.Value.ShouldBe(145 / 150.0, 1e-12);
        (good.Sensitivity.N, good.Sensitivity.Clusters).ShouldBe((150, 50));
        good.Specificity.Value.ShouldBe(0.8, 1e-12);
        good.BalancedAccuracy(1).Value.ShouldBe(((145 / 150.0) + 0.8) / 2, 1e-12);
        var better = good.BalancedAccuracyLess(bad, 1);
        better.Low.ShouldBeGreaterThan(0);
        good.BalancedAccuracyLess(good, 1).Value.ShouldBe(0);
    }

    [Fact]
    public void Missing_outcomes_widen_a_share_to_what_it_could_be()
    {
        double[] values = [.. Enumerable.Repeat(1.0, 30), .. Enumerable.Repeat(0.0, 60), .. Enumerable.Repeat(double.NaN, 10)];
        int[] clusters = [.. Enumerable.Range(0, 100)];
        var bounds = MissingBounds.Over(values, clusters);
        bounds.Value.ShouldBe(1 / 3.0, 1e-12);
        bounds.Low.ShouldBe(new Proportion(30, 100).Wilson().Low, 1e-12);
        bounds.High.ShouldBe(new Proportion(40, 100).Wilson().High, 1e-12);
        bounds.Method.ShouldBe(EstimateMethod.MissingBounds);
        MissingBounds.Over([1, 0, 1], [0, 1, 2]).Method.ShouldBe(EstimateMethod.Wilson);
        Should.Throw<ArgumentException>(() => MissingBounds.Of(5, 6, 10));
    }

    [Fact]
    public void No_worse_is_a_finding_only_where_the_interval_excludes_the_margin()
    {
        ItemValues<int> Rights(int n, int right) => ItemValues.Of(Enumerable.Range(0, n), i => i, i => i < right ? 1 : 0);
        NonInferiority.Of(Rights(2000, 1800), Rights(2000, 1795), MeasureKind.Share, 0.02).Finding.ShouldBe(NonInferiorityFinding.NotInferior);
        NonInferiority.Of(Rights(40, 36), Rights(40, 35), MeasureKind.Share, 0.02).Finding.ShouldBe(NonInferiorityFinding.Inconclusive, "not significant is not the same as equal");
        NonInferiority.Of(Rights(2000, 1800), Rights(2000, 1600), MeasureKind.Share, 0.02).Finding.ShouldBe(NonInferiorityFinding.Inferior);
        NonInferiority.Of(Rights(2000, 1600), Rights(2000, 1800), MeasureKind.Share, 0.02).Finding.ShouldBe(NonInferiorityFinding.Superior);
        Should.Throw<ArgumentOutOfRangeException>(() => NonInferiority.Of(Estimate.Unmeasured(), 0));
    }

    private static Estimate Clustered(IEnumerable<(int Cluster, int Item, double Value)> rows) => ClusteredShareMetric.Of(rows, r => $"{r.Item}", r => $"{r.Cluster}", r => r.Value);
}
