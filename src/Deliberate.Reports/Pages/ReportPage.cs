using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>
/// Lays a <see cref="ReportModel"/> out as one HTML file that needs nothing else: no network, no script. Light and dark follow the
/// reader's preference, paper is light, and it reads at the width of a phone. The content security policy in its head forbids
/// everything but its own style, so that even markup that slipped through an escape could do nothing.
/// </summary>
internal static class ReportPage
{
    public static string Render(ReportModel report)
    {
        var html = new HtmlBuilder();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n")
            .Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n")
            .Raw("<link rel=\"icon\" href=\"data:,\"/>\n")
            .Element("title", report.Title, cap: 200)
            .Raw("<style>\n").Raw(ReportStyle.Sheet).Raw("</style>\n</head>\n<body>\n<main>\n");
        RenderHead(html, report);
        RenderConclusions(html, report);
        for (var i = 0; i < report.Chapters.Count; i++) ChapterSection.Render(html, report.Chapters[i], i + 1);
        html.Close("main");
        RenderProvenance(html, report.Provenance);
        return html.Raw("</body>\n</html>\n").ToString();
    }

    private static void RenderHead(HtmlBuilder html, ReportModel report)
    {
        html.Open("header").Element("h1", report.Title, cap: 200).Prose("p", report.Subtitle, "subtitle");
        if (report.Made.Count > 0)
        {
            html.Open("ul", "made");
            foreach (var piece in report.Made) html.Element("li", piece, cap: 300);
            html.Close("ul");
        }

        html.Close("header");
        KeyNumberCards.Render(html, report.KeyNumbers);
        RenderToCome(html, report);
        foreach (var paragraph in report.Lead) html.Prose("p", paragraph, "lead");
        if (report.Chapters.Count < 3) return;
        html.Raw("<nav aria-label=\"Chapters\"><ol>");
        for (var i = 0; i < report.Chapters.Count; i++)
            html.Raw("<li><a href=\"#").Text(ChapterSection.Id(report.Chapters[i], i + 1), 100).Raw("\">").Text(report.Chapters[i].Title, 200).Raw("</a></li>");
        html.Raw("</ol></nav>\n");
    }

    private static void RenderToCome(HtmlBuilder html, ReportModel report)
    {
        if (report.ToCome.Count == 0) return;
        html.Raw("<section class=\"to-come\" aria-label=\"Still to come\">\n").Element("h2", "Still to come").Open("ol");
        foreach (var item in report.ToCome) html.Prose("li", item);
        html.Close("ol").Prose("p", "The first of these is what runs now. This page is written anew after each; if nothing runs, the command at its end goes on.").Close("section");
    }

    private static void RenderConclusions(HtmlBuilder html, ReportModel report)
    {
        if (report.Shows.Count + report.DoesNotShow.Count == 0) return;
        html.Raw("<section class=\"conclusions\" aria-label=\"What this shows and what it does not\">\n");
        RenderList(html, "What this shows", report.Shows, "shows");
        RenderList(html, "What it does not show", report.DoesNotShow, "shows-not");
        html.Close("section");
    }

    private static void RenderList(HtmlBuilder html, string heading, IReadOnlyList<string> items, string kind)
    {
        if (items.Count == 0) return;
        html.Open("div", kind).Element("h2", heading).Open("ul");
        foreach (var item in items) html.Prose("li", item);
        html.Close("ul").Close("div");
    }

    private static void RenderProvenance(HtmlBuilder html, Provenance provenance)
    {
        html.Open("footer").Element("h2", "How to make this again");
        html.Raw("<pre class=\"command\"><code>").Text(provenance.Command, 4000).Raw("</code></pre>\n").Open("dl");
        if (provenance.Seeds.Count > 0) html.Open("div").Element("dt", provenance.Seeds.Count == 1 ? "Seed" : "Seeds").Element("dd", string.Join(", ", provenance.Seeds), cap: 1000).Close("div");
        foreach (var (name, value) in provenance.Facts)
            html.Open("div").Element("dt", name, cap: 200).Element("dd", value, cap: 1000).Close("div");
        html.Close("dl").Close("footer");
    }
}
