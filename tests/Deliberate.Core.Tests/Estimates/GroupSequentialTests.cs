namespace Deliberate.Core.Tests;

/// <summary>Boundaries against the published ones (Jennison and Turnbull 2000, chapter 7; Lan and DeMets 1983).</summary>
public sealed class GroupSequentialTests
{
    [Theory]
    [InlineData(nameof(SpendingFunction.ObrienFleming), new[] { 4.8769, 3.3569, 2.6803, 2.2898, 2.0310 })]
    [InlineData(nameof(SpendingFunction.Pocock), new[] { 2.4380, 2.4268, 2.4101, 2.3966, 2.3859 })]
    public void Five_even_looks_have_the_published_boundaries(string name, double[] published)
    {
        var looks = GroupSequential.Plan([0.2, 0.4, 0.6, 0.8, 1], 0.05, Enum.Parse<SpendingFunction>(name));
        for (var i = 0; i < published.Length; i++) looks[i].Critical.ShouldBe(published[i], 6e-4);
        looks[^1].Spent.ShouldBe(0.05, 1e-9);
    }

    [Fact]
    public void One_look_is_an_ordinary_test()
    {
        var look = GroupSequential.Plan([1], 0.05, SpendingFunction.ObrienFleming).Single();
        look.Critical.ShouldBe(Quantiles.TwoSidedNormal(0.95), 1e-9);
        look.NominalP.ShouldBe(0.05, 1e-9);
        var estimate = ShareMetric.Of(ItemValues.Of(Enumerable.Range(0, 40), i => i, i => i % 2));
        GroupSequential.At(estimate, look).Low.ShouldBe(estimate.Low, 1e-9);
    }

    [Fact]
    public void All_looks_together_err_as_often_as_was_asked()
    {
        var looks = GroupSequential.Plan([0.25, 0.5, 1], 0.05, SpendingFunction.Pocock);
        var stream = new RandomStream(3, StreamStage.Test);
        var crossed = 0;
        const int Runs = 40_000;
        for (var run = 0; run < Runs; run++)
        {
            double score = 0, last = 0;
            foreach (var look in looks)
            {
                score += stream.NextNormal() * Math.Sqrt(look.Information - last);
                last = look.Information;
                if (Math.Abs(score) < look.Critical * Math.Sqrt(last)) continue;
                crossed++;
                break;
            }
        }

        ((double)crossed / Runs).ShouldBe(0.05, 0.004);
    }

    [Fact]
    public void Looks_out_of_order_are_refused()
    {
        Should.Throw<ArgumentException>(() => GroupSequential.Plan([0.5, 0.5, 1], 0.05, SpendingFunction.Pocock));
        Should.Throw<ArgumentException>(() => GroupSequential.Plan([0.5, 1.2], 0.05, SpendingFunction.Pocock));
    }
}
