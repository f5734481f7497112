using System.Text;

namespace Deliberate.Core;

/// <summary>Fills a bar so that neighbours differ without colour: solid, tinted, or tinted with slanted lines.</summary>
internal static class BarFill
{
    private const double LineDistance = 7;

    public static void Draw(SvgBuilder svg, ChartTone tone, double x, double y, double width, double height, string? hint = null)
    {
        var isSolid = tone is ChartTone.Blue or ChartTone.Green or ChartTone.Purple;
        svg.Rectangle("under", x, y, width, height);
        svg.Rectangle(isSolid ? "solid" : "tint", x, y, width, height, Math.Min(2, height / 2), hint);
        if (tone is ChartTone.Orange or ChartTone.Ochre) svg.Path("hatch", Hatch(x, y, width, height));
    }

    public static void DrawKey(SvgBuilder svg, ChartTone tone, double x, double y) => Draw(svg, tone, x + 5, y - 7, 20, 14);

    /// <summary>Lines at 45 degrees, clipped to the rectangle by hand: a pattern would need an id, and ids clash on a page of many charts.</summary>
    private static string Hatch(double x, double y, double width, double height)
    {
        var data = new StringBuilder();
        for (var offset = LineDistance; offset < width + height; offset += LineDistance)
        {
            var (fromX, fromY) = offset <= height ? (x, y + offset) : (x + offset - height, y + height);
            var (toX, toY) = offset <= width ? (x + offset, y) : (x + width, y + offset - width);
            data.Append($"M{SvgBuilder.Number(fromX)} {SvgBuilder.Number(fromY)}L{SvgBuilder.Number(toX)} {SvgBuilder.Number(toY)}");
        }

        return data.ToString();
    }
}
