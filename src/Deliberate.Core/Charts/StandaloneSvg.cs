namespace Deliberate.Core;

/// <summary>
/// A chart as a file of its own, for a README: its style sheet inside, both themes through <c>prefers-color-scheme</c>, and a
/// ground, since nobody knows what it will stand on.
/// </summary>
internal static class StandaloneSvg
{
    public static string Render(IChart chart, ChartSize? size = null)
    {
        size ??= ChartSize.Wide;
        var svg = chart.Render(size);
        var afterTitles = svg.IndexOf("</desc>", StringComparison.Ordinal) + "</desc>".Length;
        var width = SvgBuilder.Number(size.Width);
        var height = SvgBuilder.Number(size.Height);
        var opening = svg[..afterTitles].Replace("<svg class=\"chart\"", $"<svg class=\"chart\" width=\"{width}\" height=\"{height}\"", StringComparison.Ordinal);
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + opening
            + $"<style>\n{ChartStyle.Themes(".chart")}\n{ChartStyle.Rules}\n.chart{{overflow:hidden}}\n.chart .ground{{fill:var(--chart-ground)}}\n</style>"
            + $"<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>"
            + svg[afterTitles..] + "\n";
    }
}
