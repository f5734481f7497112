namespace Deliberate.Core.Tests;

/// <summary>
/// How often the 95% interval of a share holds the true one, over simulated evaluations: each item has a rate of its own, drawn
/// from a beta distribution whose mean is the true share and whose spread says how strongly the samples of an item hang together.
/// </summary>
public sealed class ShareCoverageTests
{
    private const int Simulations = 2000;

    public static TheoryData<double, int, int, double> Cells
    {
        get
        {
            var cells = new TheoryData<double, int, int, double>();
            foreach (var share in new[] { 0.01, 0.1, 0.5 })
            {
                foreach (var items in new[] { 20, 100 })
                {
                    cells.Add(share, items, 1, 0);
                    foreach (var correlation in new[] { 0, 0.1, 0.3, 0.6, 1 }) cells.Add(share, items, 8, correlation);
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_interval_of_a_share_holds_the_true_one(double share, int items, int samples, double correlation)
    {
        var held = 0;
        for (var s = 0; s < Simulations; s++)
        {
            var random = new RandomStream(11, StreamStage.Test, step: s, problem: items, sample: samples, attempt: (int)(1000 * (share + (10 * correlation))));
            var values = new ItemValues<int>();
            for (var i = 0; i < items; i++)
            {
                var rate = Rate(ref random, share, correlation);
                for (var k = 0; k < samples; k++) values.Add(i, random.NextBool(rate) ? 1 : 0);
            }

            var estimate = ShareMetric.Of(values);
            estimate.HasInterval.ShouldBeTrue();
            estimate.Low.ShouldBeGreaterThanOrEqualTo(0);
            estimate.High.ShouldBeLessThanOrEqualTo(1);
            (estimate.High - estimate.Low).ShouldBeGreaterThan(0);
            estimate.Value.ShouldBeInRange(estimate.Low, estimate.High);
            if (estimate.Low <= share && share <= estimate.High) held++;
        }

        var coverage = (double)held / Simulations;
        Console.WriteLine($"p {share}, {items} items x {samples}, correlation {correlation}: {coverage:0.000}");
        coverage.ShouldBeGreaterThanOrEqualTo(0.93);
    }

    /// <summary>Beta(p a, (1 - p) a) with a = (1 - c) / c: any two samples of an item are correlated by c.</summary>
    private static double Rate(ref RandomStream random, double share, double correlation)
    {
        if (correlation == 0) return share;
        if (correlation == 1) return random.NextBool(share) ? 1 : 0;
        var a = (1 - correlation) / correlation;
        var (x, y) = (LogGamma(ref random, share * a), LogGamma(ref random, (1 - share) * a));
        return 1 / (1 + Math.Exp(y - x));
    }

    /// <summary>The logarithm of a gamma deviate (Marsaglia and Tsang 2000, raised by one where the shape is below one).</summary>
    private static double LogGamma(ref RandomStream random, double shape)
    {
        if (shape < 1) return LogGamma(ref random, shape + 1) + (Math.Log(1 - random.NextDouble()) / shape);
        var d = shape - (1 / 3.0);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = random.NextNormal();
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v))) return Math.Log(d * v);
        }
    }
}
