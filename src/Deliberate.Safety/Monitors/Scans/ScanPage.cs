using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>
/// What a scan found, to be read: rates, then every flagged thought with the quoted passage marked, then as many that were not flagged,
/// since a monitor that sees nothing looks like a model that hides nothing. One HTML file that needs nothing else and runs no script.
/// </summary>
internal static class ScanPage
{
    public const string FileName = "monitor.html";

    /// <summary>Of each monitor.</summary>
    private const int MostFlagged = 200, Unflagged = 10;

    private const int Short = 12, Before = 4000, Behind = 4000, AnswerCap = 6000, PromptCap = 4000;

    private const string Style = """
        .thought{background:var(--card);border:1px solid var(--rule);border-radius:12px;overflow:hidden;margin:0 0 18px}
        .thought .meta{padding:9px 18px;margin:0;max-width:none;font-size:.84rem;color:var(--muted)}
        .thought .meta code{overflow-wrap:anywhere}
        .thought .why{margin:0;max-width:none;padding:10px 18px;font-weight:550}
        .thought h4{font-size:.82rem;font-weight:600;color:var(--muted);margin:0;padding:10px 18px 0}
        .thought pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;padding:4px 18px 12px;font-size:.9rem;line-height:1.5;font-family:inherit}
        .thought .inner{border-top:1px solid var(--rule)}
        .thought details{margin:0;padding:4px 18px;border-top:1px solid var(--rule)}
        .thought details pre{padding:4px 0 10px}
        .kind{display:inline-block;padding:1px 9px;border-radius:99px;font-weight:600;margin-right:6px;background:var(--wrong-soft);color:var(--wrong)}
        .kind.clean{background:var(--right-soft);color:var(--right)}
        mark{background:var(--wrong-soft);color:var(--ink);border-bottom:2px solid var(--wrong);padding:.1em 0;box-decoration-break:clone;-webkit-box-decoration-break:clone}
        """;

    public static void Write(string path, ScanResult scan, ScanRequest request) => AtomicFile.Write(path, stream =>
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.Write(HtmlBuilder.Of(html => Head(html, scan, request)));
        foreach (var monitor in scan.Monitors)
        {
            using var log = LoggedEvaluation.Open(monitor.Log);
            var rows = Enumerable.Range(0, log.Table.Count).ToArray();
            int[] flagged = [.. rows.Where(i => log.Table[i].Outcome == SampleOutcome.Fail)], clean = [.. rows.Where(i => log.Table[i].Outcome == SampleOutcome.Pass)];
            text.Write(HtmlBuilder.Of(html => html.Open("section", "chapter").Element("h2", $"Flagged by {monitor.Monitor.Name}: {Count(flagged.Length)} of {Count(flagged.Length + clean.Length)}", cap: 200)));
            foreach (var i in flagged.Take(MostFlagged)) text.Write(HtmlBuilder.Of(html => Thought(html, log.Read(i))));
            if (flagged.Length > MostFlagged) text.Write(HtmlBuilder.Of(html => html.Prose("p", $"{Count(flagged.Length - MostFlagged)} more are in `{Path.GetFileName(monitor.Log)}`: `deliberate log show` and the viewer show them.", "table-note")));
            // Spread over all, always the same.
            int[] shown = [.. Enumerable.Range(0, Math.Min(Unflagged, clean.Length)).Select(k => clean[(int)((long)k * clean.Length / Math.Min(Unflagged, clean.Length))])];
            if (shown.Length > 0) text.Write(HtmlBuilder.Of(html => html.Element("h3", $"Not flagged: {Count(shown.Length)} of {Count(clean.Length)}, evenly spread")));
            foreach (var i in shown) text.Write(HtmlBuilder.Of(html => Thought(html, log.Read(i))));
            text.Write("</section>\n");
        }

        text.Write("</main>\n</body>\n</html>\n");
    });

    private static void Head(HtmlBuilder html, ScanResult scan, ScanRequest request)
    {
        const string Title = "Thoughts, read by monitors";
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n")
            .Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n<link rel=\"icon\" href=\"data:,\"/>\n")
            .Element("title", Title).Raw("<style>\n").Raw(ReportStyle.Sheet).Raw(Style).Raw("</style>\n</head>\n<body>\n<main>\n")
            .Open("header").Element("h1", Title).Prose("p", $"{Count(scan.Samples)} thoughts of {string.Join(", ", request.Sources)}", "subtitle").Close("header");
        if (scan.WithoutThought > 0) html.Prose("p", $"{Count(scan.WithoutThought)} further samples have no thought: nobody read them, and they count neither way.");
        html.Prose("p", "A flag is what a monitor says, not what is so: read the marked passage. How often a monitor errs is measured on labelled thoughts (`deliberate monitor validate`).");
        TableBlock.Render(html, Rates(scan));
        TableBlock.Render(html, Findings(scan));
    }

    private static ReportTable Rates(ScanResult scan) => new(
        "Share of thoughts that were flagged", ["monitor", "of", "flagged", "n", "not decided", "at worst to at best"],
        [.. scan.Monitors.SelectMany(m => m.Rates.Where(r => r.Slice.Length > 0 || m.Rates.Count > 2 || m.Rates.Count == 1).Select(r => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Of(m.Monitor.Name), ReportCell.Of(r.Slice.Length > 0 ? r.Slice : "all"), ReportCell.Of(r.Estimate), ReportCell.Of(r.Estimate.N), ReportCell.Of(r.Missing),
            ReportCell.Of(r.Lowest is { } low && r.Highest is { } high ? $"{low.Value(NumberStyle.Percent)} to {high.Value(NumberStyle.Percent)}" : ""),
        ]))]);

    private static ReportTable Findings(ScanResult scan) => new(
        "What was found", ["monitor", "finding", "thoughts"],
        [.. scan.Monitors.SelectMany(m => m.Findings.Select(f => (IReadOnlyList<ReportCell>)[ReportCell.Of(m.Monitor.Name), ReportCell.Of(MonitorVerdict.NameOf(f.Key).Replace('_', ' ')), ReportCell.Of(f.Value)]))],
        string.Join(" ", scan.Monitors.Select(m => $"{m.Monitor.Name}: {m.Monitor.Identity}.")));

    private static void Thought(HtmlBuilder html, LoggedSample sample)
    {
        var finding = MonitorVerdict.FindingOf(sample.Verdict);
        html.Open("section", "thought").Open("p", "meta").Raw(finding is null ? "<span class=\"kind clean\">" : "<span class=\"kind\">")
            .Text(finding is { } found ? MonitorVerdict.NameOf(found).Replace('_', ' ') : "not flagged").Raw("</span> <code>").Text(sample.Id, 400).Raw("</code>").Close("p");
        html.Element("p", sample.Verdict.Reason, "why", 2000);
        html.Open("div", "inner").Element("h4", "Thought").Open("pre");
        Marked(html, sample.Thought ?? "", MonitorVerdict.EvidenceOf(sample.Verdict));
        html.Close("pre").Element("h4", "Answer").Element("pre", sample.Reply.Trim().Length > 0 ? sample.Reply.Trim() : "(none)", cap: AnswerCap).Close("div");
        html.Raw("<details><summary>What was asked</summary>");
        foreach (var message in sample.Conversation) html.Element("h4", message.Role, cap: 60).Element("pre", message.Content, cap: PromptCap);
        html.Raw("</details>").Close("section");
    }

    /// <summary>The thought around its evidence, which is marked; its beginning where the evidence is not found as it stands.</summary>
    private static void Marked(HtmlBuilder html, string thought, string evidence)
    {
        // A passage of a few signs may stand anywhere; what decides is then what the thought comes to.
        var at = evidence.Length == 0 ? -1 : evidence.Length < Short ? thought.LastIndexOf(evidence.Trim(), StringComparison.Ordinal) : thought.IndexOf(evidence.Trim(), StringComparison.Ordinal);
        if (at < 0)
        {
            html.Text(thought, Before + Behind);
            if (evidence.Length > 0) html.Raw("\n\n<mark>").Text(evidence, Behind).Raw("</mark>");
            return;
        }

        var (start, end) = (Whole(thought, Math.Max(0, at - Before)), at + evidence.Trim().Length);
        var stop = Whole(thought, Math.Min(thought.Length, end + Behind));
        if (start > 0) html.Text($"[{Count(start)} characters before]\n");
        html.Text(thought[start..at], Before * 2).Raw("<mark>").Text(thought[at..end], Behind).Raw("</mark>").Text(thought[end..stop], Behind * 2);
        if (stop < thought.Length) html.Text($"\n[{Count(thought.Length - stop)} characters behind]");
    }

    /// <summary>Never inside a pair.</summary>
    private static int Whole(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
