namespace Deliberate.Core;

/// <summary>The dash and the marker of each tone: what keeps series apart in print and for eyes that see few colours.</summary>
internal static class SeriesMark
{
    public static string? Dash(ChartTone tone) => tone switch
    {
        ChartTone.Orange => "7 5",
        ChartTone.Green => "1.5 5",
        ChartTone.Purple => "11 5 2 5",
        ChartTone.Ochre => "6 4 1 4 1 4",
        ChartTone.Slate => "4 4",
        _ => null,
    };

    /// <summary>Path data of the marker at a point: circle, square, triangle, diamond, triangle on its head, cross.</summary>
    public static string Shape(ChartTone tone, double x, double y, double size = 4.5)
    {
        var r = size;
        return tone switch
        {
            ChartTone.Orange => Polygon((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)),
            ChartTone.Green => Polygon((x, y - 1.25 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r)),
            ChartTone.Purple => Polygon((x, y - 1.35 * r), (x + 1.35 * r, y), (x, y + 1.35 * r), (x - 1.35 * r, y)),
            ChartTone.Ochre => Polygon((x, y + 1.25 * r), (x + 1.2 * r, y - r), (x - 1.2 * r, y - r)),
            ChartTone.Slate => Cross(x, y, 1.15 * r, 0.45 * r),
            _ => $"M{N(x - r)} {N(y)}a{N(r)} {N(r)} 0 1 0 {N(2 * r)} 0a{N(r)} {N(r)} 0 1 0 {N(-2 * r)} 0Z",
        };
    }

    /// <summary>The short stroke with a marker that stands before a name in a key.</summary>
    public static void DrawKey(SvgBuilder svg, ChartTone tone, double x, double y)
    {
        svg.Path("line", $"M{N(x)} {N(y)}h26", Dash(tone));
        svg.Path("mark", Shape(tone, x + 13, y, 4));
    }

    private static string Polygon(params ReadOnlySpan<(double X, double Y)> points)
    {
        var data = new System.Text.StringBuilder();
        for (var i = 0; i < points.Length; i++) data.Append(i == 0 ? 'M' : 'L').Append(N(points[i].X)).Append(' ').Append(N(points[i].Y));
        return data.Append('Z').ToString();
    }

    private static string Cross(double x, double y, double arm, double half) => Polygon(
        (x - half, y - arm), (x + half, y - arm), (x + half, y - half), (x + arm, y - half), (x + arm, y + half), (x + half, y + half),
        (x + half, y + arm), (x - half, y + arm), (x - half, y + half), (x - arm, y + half), (x - arm, y - half), (x - half, y - half));

    private static string N(double value) => SvgBuilder.Number(value);
}
