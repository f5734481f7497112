using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>
/// A figure: its panels, then what is to be seen, its n, and how it was made. A panel that is not small anyway stands in the page
/// in two layouts, and the style sheet shows the one that fits the width.
/// </summary>
internal static class FigureBlock
{
    public static void Render(HtmlBuilder html, ReportFigure figure)
    {
        html.Raw("<figure>\n").Open("div", figure.IsSmallMultiples ? "panels small" : figure.Panels.Count > 1 ? "panels half" : "panels");
        foreach (var panel in figure.Panels)
        {
            html.Open("div", "panel");
            if (figure.IsSmallMultiples)
            {
                html.Raw(panel.Render(ChartSize.Small));
            }
            else
            {
                html.Open("div", "if-wide").Raw(panel.Render(figure.Panels.Count > 1 ? ChartSize.Half : ChartSize.Wide)).Close("div");
                html.Open("div", "if-narrow").Raw(panel.Render(ChartSize.Narrow)).Close("div");
            }

            html.Close("div");
        }

        html.Close("div").Open("figcaption").Prose("p", figure.Caption);
        html.Open("p", "how").Raw("<span><b>n:</b> ").Inline(figure.Sample).Raw("</span> <span><b>Made by:</b> ").Inline(figure.HowMade).Raw("</span>").Close("p");
        RenderTerms(html, figure.Terms);
        html.Close("figcaption").Close("figure");
    }

    /// <summary>For a page that is made elsewhere, with <see cref="ReportStyle.Pieces"/>.</summary>
    public static string Html(ReportFigure figure) => HtmlBuilder.Of(html => Render(html, figure));

    /// <summary>Folded away: who knows the metrics need not read them.</summary>
    private static void RenderTerms(HtmlBuilder html, IReadOnlyList<ReportTerm> terms)
    {
        if (terms.Count == 0) return;
        html.Open("details", "terms").Element("summary", "What the metrics mean").Open("dl");
        foreach (var term in terms)
            html.Open("dt").Raw("<code>").Text(term.Name).Raw("</code> ").Text(term.Unit).Close("dt").Open("dd").Inline(term.Meaning).Raw(" <span class=\"source\">").Inline(term.Source).Raw("</span>").Close("dd");
        html.Close("dl").Close("details");
    }
}
