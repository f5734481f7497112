using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Core.Tests;

public sealed class StatisticsPropertyTests
{
    private static readonly Gen<(int C, int N)> Counts = from n in Gen.Choose(1, 400) from c in Gen.Choose(0, n) select (c, n);

    [Fact]
    public void Intervals_hold_the_rate_and_mirror_when_success_and_failure_swap() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Counts.ToArbitrary(), pair =>
    {
        var (rate, mirrored) = (new Proportion(pair.C, pair.N), new Proportion(pair.N - pair.C, pair.N));
        foreach (var (a, b) in new[] { (rate.Wilson(), mirrored.Wilson()), (rate.ClopperPearson(), mirrored.ClopperPearson()) })
        {
            a.Contains(rate.Value).ShouldBeTrue();
            a.Low.ShouldBe(1 - b.High, 1e-12);
            a.High.ShouldBe(1 - b.Low, 1e-12);
        }
    }));

    [Fact]
    public void Clopper_Pearson_ends_where_the_tails_hold_2_5_percent() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(Counts.ToArbitrary(), pair =>
    {
        var interval = new Proportion(pair.C, pair.N).ClopperPearson();
        if (pair.C < pair.N) Quantiles.BinomialCdf(pair.C, pair.N, interval.High).ShouldBe(0.025, 1e-9);
        if (pair.C > 0) (1 - Quantiles.BinomialCdf(pair.C - 1, pair.N, interval.Low)).ShouldBe(0.025, 1e-9);
    }));

    [Fact]
    public void Pass_at_k_grows_with_k_from_the_rate() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Counts.ToArbitrary(), pair =>
    {
        var last = 0.0;
        for (var k = 1; k <= pair.N; k++)
        {
            var value = PassAtK.Of(pair.N, pair.C, k);
            if (k == 1) value.ShouldBe((double)pair.C / pair.N, 1e-12);
            value.ShouldBeInRange(last - 1e-12, 1);
            PassAtK.AllOf(pair.N, pair.C, k).ShouldBeLessThanOrEqualTo(value + 1e-12);
            last = value;
        }

        last.ShouldBe(pair.C > 0 ? 1 : 0);
    }));

    [Fact]
    public void Counting_and_drawing_subsets_agree_on_the_majority()
    {
        var answers = Enumerable.Range(0, 40).Select(i => i % 7 == 0 ? null : $"{i % 5}").ToArray();
        foreach (var k in new[] { 1, 2, 9, 40 })
        {
            foreach (var tie in Enum.GetValues<VoteTie>())
            {
                var exact = MajorityAtK.Expected(answers, "3", k, default, tie);
                MajorityAtK.Sampled(answers, "3", k, new RandomStream(5, StreamStage.Test, step: k), tie).ShouldBe(exact, 0.035);
            }
        }
    }

    [Fact]
    public void A_vote_of_thousands_is_drawn_reproducibly()
    {
        var answers = Enumerable.Range(0, 3000).Select(i => i % 2 == 0 ? "a" : $"{i % 11}").ToArray();
        var value = MajorityAtK.Expected(answers, "a", 101, new RandomStream(5, StreamStage.Test));
        value.ShouldBeGreaterThan(0.99);
        MajorityAtK.Expected(answers, "a", 101, new RandomStream(5, StreamStage.Test)).ShouldBe(value);
    }

    [Fact]
    public void A_bootstrap_is_a_function_of_its_key_and_near_the_t_interval()
    {
        var stream = new RandomStream(9, StreamStage.Test);
        var values = new double[300];
        for (var i = 0; i < values.Length; i++) values[i] = stream.NextNormal();
        Interval Of(ulong seed) => Bootstrap.Percentile(Bootstrap.Resample(values.Length, 4000, new RandomStream(seed, StreamStage.Bootstrap), drawn => drawn.Average(i => values[i])));
        var interval = Of(1);
        Of(1).ShouldBe(interval);
        Of(2).ShouldNotBe(interval);
        var t = SampleMean.Of(values).StudentT()!.Value;
        interval.Low.ShouldBe(t.Low, 0.1 * t.Width);
        interval.High.ShouldBe(t.High, 0.1 * t.Width);
    }
}
