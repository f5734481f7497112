namespace Deliberate.Reports;

/// <summary>A table that scrolls inside its own box where it is wider than the page.</summary>
internal static class TableBlock
{
    public static void Render(HtmlBuilder html, ReportTable table)
    {
        html.Raw("<div class=\"table-box\" role=\"region\" tabindex=\"0\" aria-label=\"").Text(table.Title, 200).Raw("\">\n<table>\n");
        html.Element("caption", table.Title, cap: 300).Raw("<thead><tr>");
        for (var i = 0; i < table.Columns.Count; i++)
            html.Raw(IsNumeric(table, i) ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">").Text(table.Columns[i], 200).Raw("</th>");
        html.Raw("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Raw("<tr>");
            for (var i = 0; i < row.Count; i++) RenderCell(html, row[i], isHeading: i == 0);
            html.Raw("</tr>\n");
        }

        html.Raw("</tbody></table></div>\n").Prose("p", table.Note, "table-note");
    }

    /// <summary>For a page that is made elsewhere, with <see cref="ReportStyle.Pieces"/>.</summary>
    public static string Html(ReportTable table) => HtmlBuilder.Of(html => Render(html, table));

    private static bool IsNumeric(ReportTable table, int column) =>
        table.Rows.Count > 0 && table.Rows[0].Count > column && table.Rows[0][column].IsNumber;

    private static void RenderCell(HtmlBuilder html, ReportCell cell, bool isHeading)
    {
        var element = isHeading ? "th" : "td";
        html.Raw(isHeading ? "<th scope=\"row\">" : cell.IsNumber ? "<td class=\"number\">" : "<td>");
        if (IsSafe(cell.Link)) html.Raw("<a href=\"").Text(cell.Link, 2000).Raw("\">").Text(cell.Text, 500).Raw("</a>");
        else html.Text(cell.Text, 500);
        if (cell.Interval.Length > 0) html.Raw(" <span class=\"interval\">").Text(cell.Interval, 100).Raw("</span>");
        html.Raw($"</{element}>");
    }

    /// <summary>A relative path or a web address: no link may run anything.</summary>
    private static bool IsSafe(string link) => link.Length > 0 && (link.StartsWith("https://", StringComparison.Ordinal) || link.StartsWith('#') || !link.Contains(':', StringComparison.Ordinal));
}
