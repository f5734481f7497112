using System.Text;

namespace Deliberate.Core;

/// <summary>
/// Charts as a file of their own, for a README: its style sheet inside, both themes through <c>prefers-color-scheme</c>, and a
/// ground, since nobody knows what it will stand on.
/// </summary>
internal static class StandaloneSvg
{
    public static string Render(IChart chart, ChartSize? size = null) => Render([chart], 1, size ?? ChartSize.Wide);

    /// <summary>Several charts of one size in rows, so many in a row.</summary>
    public static string Render(IReadOnlyList<IChart> charts, int columns, ChartSize size)
    {
        const double Gap = 16;
        columns = Math.Clamp(columns, 1, Math.Max(1, charts.Count));
        var rows = (charts.Count + columns - 1) / columns;
        var whole = size with { Width = columns * (size.Width + Gap) - Gap, Height = rows * (size.Height + Gap) - Gap };
        var opening = new SvgBuilder().Open(whole, string.Join("; ", charts.Select(chart => chart.Title)), string.Join(" ", charts.Select(chart => $"{chart.Title}: {chart.Describe()}"))).ToString();
        var (width, height) = (SvgBuilder.Number(whole.Width), SvgBuilder.Number(whole.Height));
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
            .Append(opening.Replace("<svg class=\"chart\"", $"<svg class=\"chart\" width=\"{width}\" height=\"{height}\"", StringComparison.Ordinal))
            .Append($"<style>\n{ChartStyle.Themes(".chart")}\n{ChartStyle.Rules}\n.chart{{overflow:hidden}}\n.chart .ground{{fill:var(--chart-ground)}}\n</style>")
            .Append($"<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>");
        for (var i = 0; i < charts.Count; i++)
        {
            // Without its class an inner chart keeps the size of its attributes, and its parts are styled by the outer one's.
            var place = $"<svg x=\"{SvgBuilder.Number(i % columns * (size.Width + Gap))}\" y=\"{SvgBuilder.Number(i / columns * (size.Height + Gap))}\" width=\"{SvgBuilder.Number(size.Width)}\" height=\"{SvgBuilder.Number(size.Height)}\"";
            text.Append(charts[i].Render(size).Replace("<svg class=\"chart\" role=\"img\"", place, StringComparison.Ordinal));
        }

        return text.Append("</svg>\n").ToString();
    }
}
