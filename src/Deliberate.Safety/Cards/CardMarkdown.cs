using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>The card's chapters as Markdown, with the head that model repositories read.</summary>
internal static partial class CardMarkdown
{
    public static string Render(SystemCard card)
    {
        var page = CardPage.Build(card);
        var text = new StringBuilder();
        text.Append("---\nlibrary_name: deliberate\ntags:\n- system-card\n- deliberate\n---\n\n");
        text.Append("# ").Append(Plain(page.Title)).Append("\n\n").Append(Plain(page.Subtitle)).Append("\n\n").Append(Plain(string.Join(" · ", page.Made))).Append("\n\n");
        foreach (var number in page.KeyNumbers) text.Append("- ").Append(Plain(number.Label)).Append(": **").Append(Plain(number.Value)).Append("** (").Append(Plain(number.Note)).Append(")\n");
        foreach (var chapter in page.Chapters)
        {
            text.Append("\n## ").Append(Plain(chapter.Title)).Append("\n\n");
            foreach (var paragraph in chapter.Prose) text.Append(Plain(paragraph, keepsCode: true)).Append("\n\n");
            foreach (var finding in chapter.Findings) text.Append("- ").Append(finding.Level == FindingLevel.Warning ? "**Warning:** " : "").Append(Plain(finding.Text)).Append('\n');
            if (chapter.Findings.Count > 0) text.Append('\n');
            foreach (var table in chapter.Tables) Write(text, table);
        }

        text.Append("\n## How to make this again\n\n```\n").Append(page.Provenance.Command.Replace("```", "", StringComparison.Ordinal)).Append("\n```\n\n");
        foreach (var (name, value) in page.Provenance.Facts) text.Append("- ").Append(Plain(name)).Append(": `").Append(value).Append("`\n");
        return text.ToString();
    }

    private static void Write(StringBuilder text, ReportTable table)
    {
        text.Append("**").Append(Plain(table.Title)).Append("**\n\n| ").AppendJoin(" | ", table.Columns.Select(c => Plain(c))).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", table.Columns.Count))).Append('\n');
        foreach (var row in table.Rows) text.Append("| ").AppendJoin(" | ", row.Select(Cell)).Append(" |\n");
        text.Append('\n');
        if (table.Note.Length > 0) text.Append(Plain(table.Note)).Append("\n\n");
    }

    private static string Cell(ReportCell cell)
    {
        var said = Plain(cell.Text);
        if (cell.Link.Length > 0 && said.Length > 0) said = $"[{said}]({Uri.EscapeDataString(cell.Link).Replace("%2F", "/", StringComparison.Ordinal)})";
        return cell.Interval.Length > 0 ? $"{said} ({Plain(cell.Interval)})" : said;
    }

    /// <summary>Text that Markdown and HTML leave as it is: it may come from a model's name or a task of somebody's.</summary>
    private static string Plain(string text, bool keepsCode = false) => Special().Replace(text.ReplaceLineEndings(" "), match => match.Value switch
    {
        "<" => "&lt;",
        ">" => "&gt;",
        "`" when keepsCode => "`",
        var other => "\\" + other,
    });

    [GeneratedRegex(@"[\\`*_\[\]<>|#]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Special();
}
