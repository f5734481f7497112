namespace Deliberate.Reports;

internal enum FindingLevel
{
    Good,
    Note,
    Warning,
}

/// <summary>A sentence of what was found, and how it is to be taken.</summary>
internal sealed record ReportFinding(FindingLevel Level, string Text);

/// <summary>Findings one below the other, each with its level as a sign, a colour and a word for a screen reader.</summary>
internal static class FindingList
{
    public static void Render(HtmlBuilder html, IReadOnlyList<ReportFinding> findings)
    {
        if (findings.Count == 0) return;
        html.Open("ul", "findings");
        foreach (var finding in findings)
        {
            var (kind, sign, spoken) = finding.Level switch
            {
                FindingLevel.Good => ("right", "✓", "Good: "),
                FindingLevel.Note => ("note", "i", "Note: "),
                _ => ("wrong", "!", "Warning: "),
            };
            html.Raw($"<li><span class=\"sign {kind}\" aria-hidden=\"true\">{sign}</span><span class=\"spoken\">{spoken}</span>").Prose("span", finding.Text).Raw("</li>\n");
        }

        html.Close("ul");
    }

    /// <summary>For a page that is made elsewhere, with <see cref="ReportStyle.Pieces"/>.</summary>
    public static string Html(IReadOnlyList<ReportFinding> findings) => HtmlBuilder.Of(html => Render(html, findings));
}
