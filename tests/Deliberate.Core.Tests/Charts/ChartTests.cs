using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Core.Tests;

public sealed class ChartTests
{
    private static readonly ChartSize[] Sizes = [ChartSize.Wide, ChartSize.Half, ChartSize.Narrow, ChartSize.Small];

    [Fact]
    public void Every_chart_of_any_data_is_well_formed_and_stays_inside_its_frame()
    {
        var cases = 0;
        var value = Gen.Frequency((8, Gen.Choose(-1000, 1000).Select(i => i / 100.0)), (1, Gen.Elements([double.NaN, double.PositiveInfinity, 0.0, 1e9, 1e-9])));
        Check.QuickThrowOnFailure(Prop.ForAll(value.ListOf().ToArbitrary(), values =>
        {
            foreach (var chart in All([.. values]))
            {
                foreach (var size in Sizes)
                {
                    cases++;
                    var svg = XElement.Parse(chart.Render(size));
                    svg.ToString().ShouldNotContain("NaN");
                    svg.ToString().ShouldNotContain("∞");
                    foreach (var text in svg.Descendants().Where(element => element.Name.LocalName == "text"))
                    {
                        Number(text, "x").ShouldBeInRange(0, size.Width);
                        Number(text, "y").ShouldBeInRange(0, size.Height);
                    }
                }
            }
        }));
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} charts");
    }

    [Fact]
    public void Shares_that_are_all_small_have_an_axis_of_their_own_and_others_one_to_a_hundred_per_cent()
    {
        static Estimate Rate(int right, int of) => ShareMetric.Of(ItemValues.Of(Enumerable.Range(0, of), i => i, i => i < right ? 1.0 : 0));
        ChartAxis.Share("share", [Rate(1, 300), Rate(5, 300), Estimate.Unmeasured()]).Maximum.ShouldBeNull();
        ChartAxis.Share("share", [Rate(1, 300), Rate(5, 300)]).Minimum.ShouldBe(0);
        ChartAxis.Share("share", [Rate(1, 300), Rate(50, 300)]).Maximum.ShouldBe(1, "its interval reaches further");
        ChartAxis.Share("share", [Rate(150, 300)]).Maximum.ShouldBe(1);
    }

    [Fact]
    public void A_chart_says_what_it_shows_to_those_who_cannot_see_it()
    {
        var svg = XElement.Parse(Lines([.1, .4, .9]).Render(ChartSize.Wide));
        svg.Attribute("role")!.Value.ShouldBe("img");
        svg.Elements().First().Name.LocalName.ShouldBe("title");
        svg.Elements().ElementAt(1).Value.ShouldContain("first: 10% at 1, 90% at 3.");
        svg.DescendantsAndSelf().Attributes("id").ShouldBeEmpty();
    }

    [Fact]
    public void Names_are_escaped()
    {
        var chart = new BarChart("<b>&", ChartAxis.Share("\"share\""), [new BarGroup("</svg><script>", [new ChartBar("<x>", ChartTone.Blue, .5)])]);
        XElement.Parse(chart.Render(ChartSize.Wide)).Descendants().ShouldNotContain(element => element.Name.LocalName == "script" || element.Name.LocalName == "b");
    }

    [Fact]
    public void Points_that_cannot_be_drawn_are_counted_on_the_chart()
    {
        Lines([.1, double.NaN, .9]).Render(ChartSize.Wide).ShouldContain("2 not drawn (no finite value)");
        var logarithmic = new LineChart("t", new ChartAxis("k", Logarithmic: true), new ChartAxis("y"), [new LineSeries("s", ChartTone.Blue, [new ChartPoint(0, 1), new ChartPoint(2, 1)])]);
        logarithmic.Render(ChartSize.Wide).ShouldContain("1 not drawn");
        Lines([]).Render(ChartSize.Wide).ShouldContain("no data");
    }

    [Fact]
    public void Equal_ratios_are_equal_distances_on_a_logarithmic_axis()
    {
        var scale = new AxisScale(new ChartAxis("k", Logarithmic: true, TicksAtData: true), [1, 2, 4, 8], 0, 300, 5, tight: true);
        scale.At(2).ShouldBe(100, 1e-9);
        scale.At(4).ShouldBe(200, 1e-9);
        scale.Ticks.ShouldBe([1, 2, 4, 8]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void An_axis_does_not_reach_below_its_minimum_where_all_values_are_alike(double value)
    {
        var scale = new AxisScale(ChartAxis.Share("share") with { Maximum = null }, [value, value], 0, 300, 5, tight: false);
        scale.Ticks[0].ShouldBe(0);
        scale.At(0).ShouldBe(0, 1e-9);
        scale.Ticks[^1].ShouldBeGreaterThanOrEqualTo(value);
    }

    [Fact]
    public void Labels_at_the_ends_of_lines_do_not_touch_and_stay_on_the_plot()
    {
        var placed = EndLabels.Place([10, 11, 12, 190, 199], 0, 200);
        for (var i = 1; i < placed.Length; i++) (placed[i] - placed[i - 1]).ShouldBeGreaterThanOrEqualTo(17.99);
        placed[^1].ShouldBeLessThanOrEqualTo(200);
    }

    [Fact]
    public void Thinning_keeps_the_ends_and_the_extremes()
    {
        ChartPoint[] points = [.. Enumerable.Range(0, 10_000).Select(i => new ChartPoint(i, i == 5_000 ? 9 : i == 7_001 ? -9 : Math.Sin(i)))];
        var thin = LineThinning.Thin(points, 200);
        thin.Count.ShouldBeLessThanOrEqualTo(800);
        thin[0].ShouldBe(points[0]);
        thin[^1].ShouldBe(points[^1]);
        thin.Max(point => point.Y).ShouldBe(9);
        thin.Min(point => point.Y).ShouldBe(-9);
    }

    [Fact]
    public void Shares_of_a_histogram_sum_to_one()
    {
        Histogram.Shares([0, 1, 1.5, 2, double.NaN], [0, 1, 2]).ShouldBe([.25, .75]);
    }

    [Fact]
    public void A_standalone_picture_carries_both_themes_and_nothing_from_outside()
    {
        var svg = StandaloneSvg.Render(Lines([.2, .8]));
        var root = XDocument.Parse(svg).Root!;
        root.Attribute("width")!.Value.ShouldBe("880");
        svg.ShouldContain("@media (prefers-color-scheme:dark)");
        foreach (var name in ChartStyle.Names) svg.ShouldContain(name + ":#");
        svg.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).ShouldNotContain("http");
    }

    private static IChart[] All(double[] values) =>
    [
        Lines(values),
        new LineChart("Logarithmic", new ChartAxis("k", Logarithmic: true), new ChartAxis("y"), [new LineSeries("s", ChartTone.Green, [.. values.Select(v => new ChartPoint(v, v))], IntervalStyle.Band)]),
        new BarChart("Bars", new ChartAxis("y"), [new BarGroup("group", [.. values.Take(6).Select((v, i) => new ChartBar($"bar {i}", (ChartTone)(i + 1), v, v - 1, v + 1))])]),
        new Histogram("Lengths", new ChartAxis("tokens"), [new Distribution("a", ChartTone.Slate, values), new Distribution("b", ChartTone.Blue, [1, 2, 3])]),
    ];

    private static LineChart Lines(double[] values) => new("Accuracy", new ChartAxis("step"), ChartAxis.Share("share"),
    [
        new LineSeries("first", ChartTone.Blue, [.. values.Select((v, i) => new ChartPoint(i + 1, v, v - .1, v + .1))]),
        new LineSeries("second", ChartTone.Orange, [.. values.Select((v, i) => new ChartPoint(i + 1, v / 2, v / 3, v))], IntervalStyle.Band),
    ]);

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
