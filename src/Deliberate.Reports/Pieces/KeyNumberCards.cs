namespace Deliberate.Reports;

/// <summary>Key numbers as cards, as many in a row as fit.</summary>
internal static class KeyNumberCards
{
    public static void Render(HtmlBuilder html, IReadOnlyList<KeyNumber> numbers)
    {
        if (numbers.Count == 0) return;
        html.Open("div", "cards");
        foreach (var number in numbers)
        {
            html.Open("div", $"card t{(int)number.Tone}")
                .Element("p", number.Label, "card-label", 200)
                .Element("p", number.Value, "card-value", 40)
                .Prose("p", number.Note, "card-note")
                .Close("div");
        }

        html.Close("div");
    }

    /// <summary>For a page that is made elsewhere, with <see cref="ReportStyle.Pieces"/>.</summary>
    public static string Html(IReadOnlyList<KeyNumber> numbers) => HtmlBuilder.Of(html => Render(html, numbers));
}
