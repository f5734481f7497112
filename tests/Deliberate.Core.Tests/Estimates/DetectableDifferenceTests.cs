using Deliberate.Core;

namespace Deliberate.Core.Tests;

/// <summary>What a set of items is said to find, it finds about as often as is said.</summary>
public sealed class DetectableDifferenceTests
{
    [Theory]
    [InlineData(64, 8, 0.06)]
    [InlineData(150, 2, 0.2)]
    [InlineData(300, 1, 0.5)]
    public void A_true_difference_of_that_size_is_told_from_none_in_about_four_of_five_runs(int items, int samples, double share)
    {
        var random = new RandomStream(5, StreamStage.Test);
        // Without a difference, many times: what is said to be found.
        var told = 0.0;
        for (var run = 0; run < 200; run++) told += DetectableDifference.Of(Drawn(ref random, items, samples, share, 0), Drawn(ref random, items, samples, share, 0))!.Value / 200;
        const int Runs = 600;
        var found = 0;
        for (var run = 0; run < Runs; run++)
            if (DifferenceMetric.Of(Drawn(ref random, items, samples, share, 0), Drawn(ref random, items, samples, share, told), MeasureKind.Share).Low > 0) found++;
        // The larger share varies more than the smaller, of which alone the size was made: a little below .8.
        ((double)found / Runs).ShouldBeInRange(0.68, 0.86);
    }

    [Fact]
    public void Where_hardly_any_item_differs_it_is_planned_as_eval_plan_does()
    {
        foreach (var (items, samples, right) in new[] { (150, 2, 3), (64, 8, 0), (40, 1, 40) })
        {
            var (from, to) = (new ItemValues<int>(), new ItemValues<int>());
            for (var i = 0; i < items; i++)
                for (var s = 0; s < samples; s++)
                {
                    from.Add(i, i < right ? 1 : 0);
                    to.Add(i, i < right ? 1 : 0);
                }

            var least = DetectableDifference.Of(from, to)!.Value;
            var rare = Math.Min((double)right / items, 1 - ((double)right / items));
            new SamplePower().PowerOf(items, least, SamplePower.Deviation(rare, rare + least, 0.5, 0.5, samples)).ShouldBe(0.8, 1e-6);
            least.ShouldBeInRange(0.01, 0.25);
        }
    }

    [Fact]
    public void Nothing_is_found_by_no_item() => DetectableDifference.Of(new ItemValues<int>(), new ItemValues<int>()).ShouldBeNull();

    /// <summary>Items of their own difficulty, the same of both systems.</summary>
    private static ItemValues<int> Drawn(ref RandomStream random, int items, int samples, double share, double gain)
    {
        var values = new ItemValues<int>();
        for (var i = 0; i < items; i++)
        {
            // Half of the items are three times as likely to be solved as the others.
            var likely = Math.Min(1, (share * (i % 2 == 0 ? 1.5 : 0.5)) + gain);
            for (var s = 0; s < samples; s++) values.Add(i, random.NextBool(likely) ? 1 : 0);
        }

        return values;
    }
}
