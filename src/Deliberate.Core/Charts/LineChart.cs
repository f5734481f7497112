using System.Text;

namespace Deliberate.Core;

/// <summary>A measured value at x, with the ends of its interval where it has one (NaN where not).</summary>
internal readonly record struct ChartPoint(double X, double Y, double Low = double.NaN, double High = double.NaN)
{
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);
}

/// <summary>How intervals are drawn.</summary>
internal enum IntervalStyle
{
    /// <summary>A band around the line: x runs through all values in between.</summary>
    Band,

    /// <summary>A whisker at each point: only these x were measured.</summary>
    Bars,
}

/// <summary>One line. Points in order of x; a point without a finite value is left out, and the chart says so.</summary>
internal sealed record LineSeries(string Name, ChartTone Tone, IReadOnlyList<ChartPoint> Points, IntervalStyle Intervals = IntervalStyle.Bars)
{
    /// <summary>Markers stand where single measurements can be told apart.</summary>
    public bool HasMarkers => Intervals == IntervalStyle.Bars && Points.Count <= 40;
}

/// <summary>Several series over a common x, linear or logarithmic, with bands or whiskers and the names at the ends of the lines.</summary>
internal sealed record LineChart(string Title, ChartAxis X, ChartAxis Y, IReadOnlyList<LineSeries> Series) : IChart
{
    public string Describe()
    {
        var text = new StringBuilder().Append($"Line chart of {Y.Title} over {X.Title}.");
        foreach (var series in Series)
        {
            var drawn = series.Points.Where(CanDraw).ToList();
            if (drawn.Count == 0) text.Append($" {series.Name}: no data.");
            else text.Append($" {series.Name}: {NumberText.Value(drawn[0].Y, Y.Style)} at {NumberText.Value(drawn[0].X, X.Style)}, {NumberText.Value(drawn[^1].Y, Y.Style)} at {NumberText.Value(drawn[^1].X, X.Style)}.");
        }

        return text.ToString();
    }

    public string Render(ChartSize size)
    {
        var svg = new SvgBuilder().Open(size, Title, Describe());
        var drawn = Series.Select(series => series with { Points = LineThinning.Thin(series.Points.Where(CanDraw).ToList(), (int)size.Width / 2) }).ToList();
        List<double> xs = [], ys = [];
        foreach (var point in drawn.SelectMany(series => series.Points))
        {
            xs.Add(point.X);
            ys.Add(point.Y);
            if (point.HasInterval) ys.AddRange([point.Low, point.High]);
        }

        var isNamed = Series.Count > 1 || Series.Any(series => series.Name != Title);
        var labelRoom = size.LabelsBeside && isNamed ? Math.Min(220, Series.Max(series => TextMeasure.Width(series.Name, bold: true)) + 26) : 0;
        var key = isNamed && !size.LabelsBeside ? Series.Select(series => (series.Name, series.Tone)).ToList() : [];
        var frame = ChartFrame.Draw(svg, size, Title, Y, ys, key, labelRoom, X.Title.Length > 0 ? 46 : 26, SeriesMark.DrawKey);
        var x = frame.DrawHorizontal(X, xs, drawn.Any(series => series.HasMarkers) ? 12 : 0);
        frame.DrawOmitted(Series.Sum(series => series.Points.Count(point => !CanDraw(point))));
        if (xs.Count == 0) frame.DrawEmpty();

        foreach (var series in drawn) DrawIntervals(svg, series, x, frame.Y);
        foreach (var series in drawn) DrawLine(svg, series, x, frame.Y);
        if (labelRoom > 0) EndLabels.Draw(svg, drawn, x, frame, labelRoom - 22);
        return svg.Close();
    }

    private bool CanDraw(ChartPoint point) => double.IsFinite(point.X) && double.IsFinite(point.Y) && (!X.Logarithmic || point.X > 0) && (!Y.Logarithmic || point.Y > 0);

    private static void DrawIntervals(SvgBuilder svg, LineSeries series, AxisScale x, AxisScale y)
    {
        var known = series.Points.Where(point => point.HasInterval).ToList();
        if (known.Count == 0) return;
        svg.Group(series.Tone);
        if (series.Intervals == IntervalStyle.Band)
        {
            var data = new StringBuilder();
            for (var i = 0; i < known.Count; i++) data.Append(i == 0 ? 'M' : 'L').Append($"{N(x.At(known[i].X))} {N(y.At(known[i].High))}");
            for (var i = known.Count - 1; i >= 0; i--) data.Append($"L{N(x.At(known[i].X))} {N(y.At(known[i].Low))}");
            svg.Path("band", data.Append('Z').ToString());
        }
        else
        {
            var data = new StringBuilder();
            foreach (var point in known)
            {
                var (at, low, high) = (x.At(point.X), y.At(point.Low), y.At(point.High));
                data.Append($"M{N(at - 4)} {N(low)}h8M{N(at)} {N(low)}V{N(high)}M{N(at - 4)} {N(high)}h8");
            }

            svg.Path("whisker", data.ToString());
        }

        svg.EndGroup();
    }

    private void DrawLine(SvgBuilder svg, LineSeries series, AxisScale x, AxisScale y)
    {
        var data = new StringBuilder();
        for (var i = 0; i < series.Points.Count; i++)
            data.Append(i == 0 ? 'M' : 'L').Append($"{N(x.At(series.Points[i].X))} {N(y.At(series.Points[i].Y))}");
        svg.Group(series.Tone);
        svg.Path("line", data.ToString(), Series.Count > 1 ? SeriesMark.Dash(series.Tone) : null);
        if (series.HasMarkers || series.Points.Count == 1)
        {
            foreach (var point in series.Points)
                svg.Path("mark", SeriesMark.Shape(series.Tone, x.At(point.X), y.At(point.Y)), hint: Hint(series, point));
        }

        svg.EndGroup();
    }

    private string Hint(LineSeries series, ChartPoint point) =>
        $"{series.Name}, {X.Title} {NumberText.Value(point.X, X.Style)}: {NumberText.Value(point.Y, Y.Style)}"
        + (point.HasInterval ? $" (95%: {NumberText.Range(point.Low, point.High, Y.Style)})" : "");

    private static string N(double value) => SvgBuilder.Number(value);
}
