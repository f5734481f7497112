using System.Globalization;

namespace Deliberate.Reports;

/// <summary>One chapter of the page.</summary>
internal static class ChapterSection
{
    /// <summary>What a link to it names.</summary>
    public static string Id(ReportChapter chapter, int number) => chapter.Id.Length > 0 ? chapter.Id : string.Create(CultureInfo.InvariantCulture, $"chapter-{number}");

    public static void Render(HtmlBuilder html, ReportChapter chapter, int number)
    {
        html.Raw("<section class=\"chapter\" id=\"").Text(Id(chapter, number), 100).Raw("\">\n").Element("h2", chapter.Title, cap: 200);
        foreach (var paragraph in chapter.Prose) html.Prose("p", paragraph);
        FindingList.Render(html, chapter.Findings);
        KeyNumberCards.Render(html, chapter.KeyNumbers);
        foreach (var figure in chapter.Figures) FigureBlock.Render(html, figure);
        foreach (var table in chapter.Tables) TableBlock.Render(html, table);
        if (chapter.Transcripts.Count > 0)
        {
            html.Element("h3", "Thoughts, before and after").Prose("p", chapter.TranscriptsNote);
            foreach (var pair in chapter.Transcripts) TranscriptBlock.Render(html, pair);
        }

        html.Close("section");
    }
}
