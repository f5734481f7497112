namespace Deliberate.Core.Tests;

/// <summary>So much a unit over groups of different sizes: by hand, and how often the interval holds the true rate.</summary>
public sealed class RateMetricTests
{
    [Fact]
    public void Every_unit_counts_the_same_and_every_group_is_a_cluster()
    {
        // R = 9 / 4; residuals 6 - 27/4 and 3 - 9/4; SE² = 2 · 0.75² · 2 / 4².
        var rate = RateMetric.Of([(6, 3), (3, 1)]);
        (rate.Value, rate.N, rate.Clusters, rate.Method).ShouldBe((2.25, 4, 2, EstimateMethod.ClusteredStudentT));
        rate.High.ShouldBe(2.25 + (12.706204736432095 * Math.Sqrt(2 * 0.5625 * 2 / 16)), 1e-9);
        rate.Low.ShouldBe(0);
        var raised = RateMetric.Raised([(6, 3), (3, 1)]);
        (raised.Value, raised.High, raised.Method).ShouldBe((Math.Exp(2.25), Math.Exp(rate.High), EstimateMethod.LogStudentT));
    }

    [Fact]
    public void What_has_no_error_to_tell_has_no_interval()
    {
        RateMetric.Of([]).IsMeasured.ShouldBeFalse();
        RateMetric.Of([(double.NaN, 3)]).IsMeasured.ShouldBeFalse();
        RateMetric.Of([(6, 3)]).HasInterval.ShouldBeFalse();
        var alike = RateMetric.Raised([(6, 3), (2, 1)]);
        (alike.Value, alike.HasInterval).ShouldBe((Math.Exp(2), false));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    public void The_interval_holds_the_true_rate(int groups)
    {
        const int Simulations = 1000;
        var held = 0;
        for (var s = 0; s < Simulations; s++)
        {
            var random = new RandomStream(7, StreamStage.Test, step: s, problem: groups);
            var drawn = new List<(double, long)>();
            for (var g = 0; g < groups; g++)
            {
                // Texts of 20 to 200 words, each of 3 nats a word give or take a third, whatever its length.
                var units = 20 + (long)(random.NextDouble() * 180);
                drawn.Add((units * (2 + (2 * random.NextDouble())), units));
            }

            var rate = RateMetric.Of(drawn);
            if (rate.Low <= 3 && 3 <= rate.High) held++;
        }

        ((double)held / Simulations).ShouldBeInRange(0.92, 0.98);
    }
}
