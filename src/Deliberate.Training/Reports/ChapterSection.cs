using System.Globalization;

namespace Deliberate.Training;

/// <summary>One chapter of the page.</summary>
internal static class ChapterSection
{
    public static void Render(HtmlBuilder html, ReportChapter chapter, int number)
    {
        html.Raw(string.Create(CultureInfo.InvariantCulture, $"<section class=\"chapter\" id=\"chapter-{number}\">\n")).Element("h2", chapter.Title, cap: 200);
        foreach (var paragraph in chapter.Prose) html.Prose("p", paragraph);
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
