namespace Deliberate.Training;

/// <summary>The health of the run: what was found, then the curves it was found in.</summary>
internal static class HealthSection
{
    public static void Render(HtmlBuilder html, RunHealth health)
    {
        html.Raw("<section class=\"chapter\" id=\"health\">\n").Element("h2", "Health of the run");
        if (health.Findings.Count > 0)
        {
            html.Open("ul", "findings");
            foreach (var finding in health.Findings)
            {
                var (kind, sign, spoken) = finding.Level switch
                {
                    HealthLevel.Good => ("right", "✓", "Good: "),
                    HealthLevel.Note => ("note", "i", "Note: "),
                    _ => ("wrong", "!", "Warning: "),
                };
                html.Raw($"<li><span class=\"sign {kind}\" aria-hidden=\"true\">{sign}</span><span class=\"spoken\">{spoken}</span>").Prose("span", finding.Text).Raw("</li>\n");
            }

            html.Close("ul");
        }

        foreach (var figure in health.Figures) FigureBlock.Render(html, figure);
        html.Close("section");
    }
}
