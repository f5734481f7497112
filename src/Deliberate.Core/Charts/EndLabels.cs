namespace Deliberate.Core;

/// <summary>Names the lines of a chart at their right ends, moved apart where they would touch, with a thin leader to the line's end.</summary>
internal static class EndLabels
{
    private const double Gap = 18;

    public static void Draw(SvgBuilder svg, IReadOnlyList<LineSeries> series, AxisScale x, ChartFrame frame, double width)
    {
        var named = series.Where(one => one.Points.Count > 0).OrderBy(one => frame.Y.At(one.Points[^1].Y)).ToList();
        var wanted = named.Select(one => frame.Y.At(one.Points[^1].Y)).ToArray();
        var placed = Place(wanted, frame.Top - 4, frame.Bottom);
        for (var i = 0; i < named.Count; i++)
        {
            var end = x.At(named[i].Points[^1].X);
            var label = frame.Right + 12;
            svg.Group(named[i].Tone);
            svg.Path("leader", $"M{N(end + 7)} {N(wanted[i])}L{N(label - 3)} {N(placed[i])}");
            svg.Text("label halo", label, placed[i] + 4.5, TextMeasure.Cut(named[i].Name, width, bold: true)).EndGroup();
        }
    }

    /// <summary>Positions in the given (ascending) order, at least a gap apart, as near to the wanted ones as a pass down and a pass up bring them.</summary>
    internal static double[] Place(double[] wanted, double top, double bottom)
    {
        var placed = (double[])wanted.Clone();
        var above = top - Gap;
        for (var i = 0; i < placed.Length; i++) above = placed[i] = Math.Max(placed[i], above + Gap);
        var below = bottom + Gap;
        for (var i = placed.Length - 1; i >= 0; i--) below = placed[i] = Math.Min(placed[i], below - Gap);
        return placed;
    }

    private static string N(double value) => SvgBuilder.Number(value);
}
