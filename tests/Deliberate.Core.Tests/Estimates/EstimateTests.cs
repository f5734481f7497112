using System.Text.Json;

namespace Deliberate.Core.Tests;

/// <summary>What each metric makes of ordinary values and of those that leave little to estimate by.</summary>
public sealed class EstimateTests
{
    [Fact]
    public void A_share_with_one_sample_an_item_has_Wilson_s_interval()
    {
        var estimate = ShareMetric.Of(Rights(Enumerable.Range(0, 65).Select(i => (i < 17 ? 1 : 0, 1))));
        estimate.Value.ShouldBe(17 / 65.0, 1e-15);
        // Its ends are where the score test just rejects: (p - 17/65)² = z² p (1 - p) / 65.
        foreach (var end in new[] { estimate.Low, estimate.High }) Math.Abs(end - estimate.Value).ShouldBe(1.959963984540054 * Math.Sqrt(end * (1 - end) / 65), 1e-12);
        estimate.Value.ShouldBeInRange(estimate.Low, estimate.High);
        (estimate.N, estimate.Clusters, estimate.Samples, estimate.Method).ShouldBe((65, 65, 65, EstimateMethod.Wilson));
        estimate.WithRange(NumberStyle.Percent).ShouldBe("26% (17% to 38%)");
        estimate.WithRange(NumberStyle.Share).ShouldBe("0.262 (0.170 to 0.380)");
    }

    [Fact]
    public void A_share_with_several_samples_an_item_has_the_effective_number_in_Wilson_s_interval()
    {
        (int Right, int Count)[] items = [.. Enumerable.Range(0, 65).Select(i => (i * 5 % 9, 8))];
        var estimate = ShareMetric.Of(Rights(items));
        var p = items.Average(i => i.Right / 8.0);
        var squared = items.Sum(i => Math.Pow(i.Right / 8.0 - p, 2)) / (65.0 * 65);
        var effective = Math.Min(520, p * (1 - p) / squared);
        effective.ShouldBeInRange(66, 519);
        var expected = Proportion.Score(p, effective, Quantiles.TwoSidedT(0.95, 64));
        estimate.Value.ShouldBe(p, 1e-12);
        estimate.Low.ShouldBe(expected.Low, 1e-12);
        estimate.High.ShouldBe(expected.High, 1e-12);
        (estimate.N, estimate.Samples, estimate.Method).ShouldBe((65, 520, EstimateMethod.ClusteredWilson));
        estimate.Count().ShouldBe("n = 65, 520 samples");
    }

    [Fact]
    public void Items_that_agree_with_one_another_count_all_their_samples_and_no_more()
    {
        var estimate = ShareMetric.Of(Rights(Enumerable.Repeat((4, 8), 30)));
        var expected = Proportion.Score(0.5, 240, Quantiles.TwoSidedT(0.95, 29));
        estimate.Low.ShouldBe(expected.Low, 1e-12);
        estimate.High.ShouldBe(expected.High, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void With_none_or_all_right_the_number_of_items_is_n(int right)
    {
        var estimate = ShareMetric.Of(Rights(Enumerable.Repeat((right, 8), 20)));
        var expected = new Proportion(right == 0 ? 0 : 20, 20).Wilson();
        (estimate.Low, estimate.High).ShouldBe((expected.Low, expected.High));
        estimate.Value.ShouldBe(right / 8.0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void So_few_items_with_a_right_sample_say_nothing_of_how_samples_hang_together(int solved)
    {
        var estimate = ShareMetric.Of(Rights(Enumerable.Range(0, 20).Select(i => (i < solved ? 1 : 0, 8))));
        estimate.High.ShouldBe(Proportion.Score(solved / 160.0, 20, Quantiles.TwoSidedT(0.95, 19)).High, 1e-12);
        ShareMetric.Of(Rights(Enumerable.Range(0, 20).Select(i => (i < 4 ? 1 : 0, 8)))).High.ShouldBeLessThan(0.1, "four do");
    }

    [Fact]
    public void Near_0_and_1_of_many_items_the_near_end_is_moved_out()
    {
        var estimate = ShareMetric.Of(Rights(Enumerable.Range(0, 100).Select(i => (i < 3 ? 1 : 0, 1))));
        estimate.Method.ShouldBe(EstimateMethod.ModifiedWilson);
        var wilson = new Proportion(3, 100).Wilson();
        estimate.Low.ShouldBeLessThan(wilson.Low);
        estimate.High.ShouldBe(wilson.High, 1e-12);
        (1 - Quantiles.BinomialCdf(2, 100, estimate.Low)).ShouldBe(0.05, 1e-9);
        var mirrored = ShareMetric.Of(Rights(Enumerable.Range(0, 100).Select(i => (i < 97 ? 1 : 0, 1))));
        mirrored.Low.ShouldBe(1 - estimate.High, 1e-9);
        mirrored.High.ShouldBe(1 - estimate.Low, 1e-9);
        ShareMetric.Of(Rights(Enumerable.Range(0, 50).Select(i => (i < 3 ? 1 : 0, 1)))).Method.ShouldBe(EstimateMethod.Wilson);
        ShareMetric.Of(Rights(Enumerable.Range(0, 100).Select(i => (i < 4 ? 1 : 0, 1)))).Method.ShouldBe(EstimateMethod.Wilson);
    }

    [Fact]
    public void One_problem_says_little_however_often_it_was_asked()
    {
        var once = ShareMetric.Of(Rights([(1, 1)]));
        var often = ShareMetric.Of(Rights([(16, 16)]));
        (often.Low, often.High).ShouldBe((once.Low, once.High));
        ShareMetric.Of(Rights([(5, 16)])).High.ShouldBeGreaterThan(0.8);
    }

    [Fact]
    public void An_item_counts_the_same_however_many_of_its_samples_could_be_graded() =>
        ShareMetric.Of(Rights([(1, 1), (0, 3)])).Value.ShouldBe(0.5);

    [Fact]
    public void Pass_at_1_is_the_share_of_right_samples_and_all_samples_in_one_vote_are_one_draw()
    {
        var rights = Rights(Enumerable.Range(0, 40).Select(i => (i % 5, 4)));
        PassAtK.Over(rights, 1).ShouldBe(ShareMetric.Of(rights));
        var all = PassAtK.Over(rights, 4);
        all.Value.ShouldBe(0.8, 1e-12);
        var wilson = new Proportion(32, 40).Wilson();
        all.Low.ShouldBe(wilson.Low, 1e-12);
        all.High.ShouldBe(wilson.High, 1e-12);
        PassAtK.Over(rights, 2).Method.ShouldBe(EstimateMethod.ClusteredWilson);
    }

    [Fact]
    public void A_vote_counts_right_answers_as_one_candidate()
    {
        (bool Right, string? Answer)[][] items = [[(true, "3/4"), (true, "0.75"), (false, "1"), (false, "2")], [(false, "1"), (false, "1"), (true, "2"), (false, null)]];
        MajorityAtK.Over(items, s => s.Right, s => s.Answer, 4, 1).Value.ShouldBe(0.5);
        MajorityAtK.Over(items, s => s.Right, s => s.Answer, 1, 1).Value.ShouldBe(0.375, 1e-12);
    }

    [Fact]
    public void A_mean_length_never_reaches_below_0()
    {
        var estimate = MeanMetric.Of(Values([1], [1], [2], [40]));
        estimate.Value.ShouldBe(11);
        estimate.Low.ShouldBe(0);
        estimate.High.ShouldBeGreaterThan(11);
        estimate.Method.ShouldBe(EstimateMethod.StudentT);
        MeanMetric.Of(Values([1, 2], [3, 7])).Method.ShouldBe(EstimateMethod.ClusteredStudentT);
    }

    [Fact]
    public void What_leaves_nothing_to_tell_the_error_by_has_a_value_and_no_interval()
    {
        foreach (var values in new[] { Values([7]), Values([5, 9]), Values([7], [7], [7]), Values([6, 8], [8, 6], [7, 7]) })
        {
            var estimate = MeanMetric.Of(values);
            estimate.Value.ShouldBe(7);
            (estimate.IsMeasured, estimate.HasInterval, estimate.Method).ShouldBe((true, false, EstimateMethod.None));
            estimate.WithRange(NumberStyle.Tenths).ShouldBe("7.0");
        }

        GeometricMeanMetric.Of(Values([0, 0], [0, 0])).Method.ShouldBe(EstimateMethod.None);
        DifferenceMetric.Of(Values([5], [6]), Values([7], [8]), MeasureKind.Length).HasInterval.ShouldBeFalse();
        RatioMetric.Of(Values([1], [1]), Values([1], [1]), 1).HasInterval.ShouldBeFalse();
        RatioMetric.Of(Values([1], [0]), Values([1], [1]), 1).HasInterval.ShouldBeFalse("some resamples have nothing to divide by");
    }

    [Fact]
    public void Nothing_and_no_numbers_are_not_measured()
    {
        var (none, broken, fine) = (Values(), Values([1], [double.NaN], [0]), Values([1], [0], [0]));
        foreach (var estimate in new[] { ShareMetric.Of(none), MeanMetric.Of(none), GeometricMeanMetric.Of(none), PassAtK.Over(none, 1), MajorityAtK.Over<int>([], _ => true, _ => null, 1, 1), DifferenceMetric.Of(none, none, MeasureKind.Share), RatioMetric.Of(fine, none, 1), ShareMetric.Of(broken), MeanMetric.Of(broken), GeometricMeanMetric.Of(broken), DifferenceMetric.Of(fine, broken, MeasureKind.Share), RatioMetric.Of(broken, fine, 1) })
        {
            (estimate.IsMeasured, estimate.HasInterval, estimate.Method, estimate.Finding).ShouldBe((false, false, EstimateMethod.None, Finding.NotToldApart));
            estimate.WithRange(NumberStyle.Percent).ShouldBe("not measured");
        }

        ShareMetric.Of(broken).N.ShouldBe(3, "what was there is not hidden");
    }

    [Fact]
    public void Differences_are_paired_by_item_and_never_outside_what_shares_can_differ_by()
    {
        var (before, after) = (Rights(Enumerable.Range(0, 30).Select(i => (i < 10 ? 1 : 0, 1))), Rights(Enumerable.Range(0, 30).Select(i => (i < 20 ? 1 : 0, 1))));
        var paired = Paired.Of(before, after, MeasureKind.Share);
        paired.Difference.Value.ShouldBe(1 / 3.0, 1e-12);
        paired.From.ShouldBe(ShareMetric.Of(before));
        paired.PValue!.Value.ShouldBeLessThan(0.001);
        paired.Difference.Finding.ShouldBe(Finding.Larger);
        DifferenceMetric.Of(after, before, MeasureKind.Share).Finding.ShouldBe(Finding.Smaller);
        var two = DifferenceMetric.Of(Rights([(0, 1), (1, 1)]), Rights([(1, 1), (1, 1)]), MeasureKind.Share);
        (two.Low, two.High).ShouldBe((-1, 1));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Items_that_all_changed_alike_leave_room_for_those_that_were_not_seen(int before, int after)
    {
        var change = DifferenceMetric.Of(Rights(Enumerable.Repeat((before, 1), 40)), Rights(Enumerable.Repeat((after, 1), 40)), MeasureKind.Share);
        change.Method.ShouldBe(EstimateMethod.PairedWilson);
        (change.High - change.Low).ShouldBe(2 * new Proportion(0, 40).Wilson().High, 1e-12);
        change.Value.ShouldBeInRange(change.Low, change.High);
        change.Low.ShouldBeGreaterThanOrEqualTo(-1);
        change.High.ShouldBeLessThanOrEqualTo(1);
        change.Finding.ShouldBe(before == after ? Finding.NotToldApart : after > before ? Finding.Larger : Finding.Smaller);
    }

    [Fact]
    public void Only_items_that_both_measured_are_paired()
    {
        var from = ItemValues.Of(new[] { (1, 0.0), (2, 1.0), (3, 5.0) }, s => s.Item1, s => s.Item2);
        var to = ItemValues.Of(new[] { (4, 9.0), (3, 7.0), (2, 2.0) }, s => s.Item1, s => s.Item2);
        var paired = Paired.Of(from, to, MeasureKind.Length);
        (paired.From.Value, paired.To.Value, paired.Difference.Value, paired.Difference.N).ShouldBe((3, 4.5, 1.5, 2));
    }

    [Fact]
    public void A_geometric_mean_is_never_below_1()
    {
        var estimate = GeometricMeanMetric.Of(Values([0.01], [0.02], [1.5]));
        estimate.Value.ShouldBe(Math.Exp(0.51), 1e-12);
        estimate.Low.ShouldBe(1);
        (estimate.N, estimate.Method).ShouldBe((3, EstimateMethod.LogStudentT));
    }

    [Fact]
    public void As_JSON_an_estimate_holds_no_NaN()
    {
        JsonSerializer.Serialize(ShareMetric.Of(Rights([(0, 1), (1, 1)])))
            .ShouldMatch("""^{"value":0\.5,"low":0\.09\d+,"high":0\.90\d+,"n":2,"clusters":2,"samples":2,"method":"wilson"}$""");
        JsonSerializer.Serialize(new NamedEstimate("tokens", MeanMetric.Of(Values([3, 3], [3])), NumberStyle.Tenths))
            .ShouldBe("""{"name":"tokens","value":3,"low":null,"high":null,"n":2,"clusters":2,"samples":3,"method":"none"}""");
        JsonSerializer.Serialize(ShareMetric.Of(Values())).ShouldBe("""{"value":null,"low":null,"high":null,"n":0,"clusters":0,"samples":0,"method":"none"}""");
    }

    [Fact]
    public void A_caption_names_each_method_once()
    {
        var (share, length) = (ShareMetric.Of(Rights([(0, 1), (1, 1)])), MeanMetric.Of(Values([1], [2])));
        EstimateText.Methods([length, share, length, MeanMetric.Of(Values([1]))]).ShouldBe("Wilson, Student's t");
        EstimateText.Methods([MeanMetric.Of(Values())]).ShouldBe("");
        Enum.GetValues<EstimateMethod>().Select(EstimateText.Words).Distinct().Count().ShouldBe(Enum.GetValues<EstimateMethod>().Length);
    }

    private static ItemValues<int> Rights(IEnumerable<(int Right, int Count)> items) =>
        Values([.. items.Select(item => Enumerable.Range(0, item.Count).Select(s => s < item.Right ? 1.0 : 0).ToArray())]);

    private static ItemValues<int> Values(params double[][] items) =>
        ItemValues.Of(items.SelectMany((values, i) => values.Select(v => (Item: i, Value: v))), s => s.Item, s => s.Value);
}
