using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Core.Tests;

public sealed class TicksTests
{
    [Fact]
    public void Linear_ticks_cover_the_range_evenly_and_are_about_as_many_as_asked()
    {
        var cases = 0;
        var ranges = from low in Gen.Choose(-100_000, 100_000) from size in Gen.Choose(1, 100_000) from scale in Gen.Choose(-5, 4) select (Low: low * Math.Pow(10, scale), High: (low + size) * Math.Pow(10, scale));
        Check.QuickThrowOnFailure(Prop.ForAll(ranges.ToArbitrary(), range =>
        {
            cases++;
            var ticks = Ticks.Linear(range.Low, range.High, 5);
            var slack = 1e-6 * (range.High - range.Low);
            ticks[0].ShouldBeLessThanOrEqualTo(range.Low + slack);
            ticks[^1].ShouldBeGreaterThanOrEqualTo(range.High - slack);
            ticks.Length.ShouldBeInRange(2, 8);
            for (var i = 2; i < ticks.Length; i++) (ticks[i] - ticks[i - 1]).ShouldBe(ticks[1] - ticks[0], slack + 1e-9 * Math.Abs(range.Low));
        }));
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} ranges");
    }

    [Fact]
    public void Ticks_of_known_ranges_are_the_numbers_people_expect()
    {
        Ticks.Linear(0, 1, 5).Select(tick => Math.Round(tick, 9)).ShouldBe([0, .2, .4, .6, .8, 1]);
        Ticks.Linear(3, 97, 4).ShouldBe([0, 25, 50, 75, 100]);
        Ticks.Logarithmic(1, 100).ShouldBe([1, 2, 5, 10, 20, 50, 100]);
        Ticks.Linear(7, 7, 4).Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Tick_labels_have_the_digits_they_need_and_no_more()
    {
        NumberText.Tick(.25, .25, NumberStyle.Percent).ShouldBe("25%");
        NumberText.Tick(.025, .025, NumberStyle.Percent).ShouldBe("2.5%");
        NumberText.Tick(1500, 500, NumberStyle.Plain).ShouldBe("1,500");
        NumberText.Tick(20_000, 5_000, NumberStyle.Plain).ShouldBe("20k");
        NumberText.Tick(-.5, .5, NumberStyle.Plain).ShouldBe("−0.5");
        NumberText.Value(double.NaN, NumberStyle.Percent).ShouldBe("not measured");
        NumberText.Value(.034, NumberStyle.Percent).ShouldBe("3.4%");
        NumberText.Range(.58, .67, NumberStyle.Percent).ShouldBe("58% to 67%");
        NumberText.Value(.0991, NumberStyle.Points).ShouldBe("9.9 points");
        NumberText.Value(-.01, NumberStyle.Points).ShouldBe("−1 point");
        NumberText.Range(-.005, .14, NumberStyle.Points).ShouldBe("−0.5 to 14 points");
        NumberText.Value(double.NaN, NumberStyle.Points).ShouldBe("not measured");
    }
}
