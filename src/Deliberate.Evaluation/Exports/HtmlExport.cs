using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Evaluation;

/// <summary>
/// Evaluations as one HTML file that needs nothing else, to be sent to somebody: figures, then samples with their transcripts, found by
/// outcome and by full text. What a model wrote is text in it, escaped; the one script is ours, and the page's content security policy
/// names its hash and allows no other, no style sheet but its own and no connection at all. Without scripts everything is there, and
/// only the finding is not.
/// </summary>
internal static class HtmlExport
{
    public const int UsualSamples = 1000;

    private const string Script = """
        (() => {
          const find = document.getElementById('find'), chips = [...document.querySelectorAll('button.chip')], count = document.getElementById('count');
          const samples = [...document.querySelectorAll('section.sample')];
          const texts = samples.map(s => s.textContent.toLowerCase());
          let outcome = '', waiting = 0;
          const show = () => {
            const text = find.value.trim().toLowerCase();
            let shown = 0;
            samples.forEach((s, i) => {
              const fits = (!outcome || s.dataset.outcome === outcome) && (!text || texts[i].includes(text));
              s.hidden = !fits;
              if (fits) shown++;
            });
            count.textContent = shown + ' of ' + samples.length + ' samples';
          };
          find.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
          chips.forEach(c => c.addEventListener('click', () => {
            outcome = outcome === c.dataset.outcome ? '' : c.dataset.outcome;
            chips.forEach(o => o.setAttribute('aria-pressed', String(o.dataset.outcome === outcome && outcome !== '')));
            show();
          }));
          document.getElementById('tools').hidden = false;
          show();
        })();
        """;

    private const string Style = """
        .evaluation{margin-top:56px}
        #tools{display:flex;flex-wrap:wrap;gap:10px 14px;align-items:center;margin:24px 0;position:sticky;top:0;background:var(--ground);padding:10px 0;z-index:1}
        #tools[hidden]{display:none}
        #find{font:inherit;color:inherit;background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:6px 10px;min-height:36px;width:280px;max-width:100%}
        .chip{font:inherit;font-size:.86rem;color:var(--muted);background:var(--card);border:1px solid var(--rule);border-radius:99px;padding:3px 12px;min-height:32px;cursor:pointer}
        .chip[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--card)}
        #count{color:var(--muted);font-size:.9rem}
        .sample{background:var(--card);border:1px solid var(--rule);border-radius:12px;overflow:hidden;margin:0 0 14px;content-visibility:auto;contain-intrinsic-size:auto 320px}
        .sample[hidden]{display:none}
        .sample .meta{padding:9px 18px;margin:0;max-width:none;font-size:.84rem;color:var(--muted)}
        .sample .meta code{overflow-wrap:anywhere}
        .sample .pair{margin:0;border:0;border-radius:0;border-top:1px solid var(--rule)}
        .outcome{display:inline-block;padding:1px 9px;border-radius:99px;font-weight:600;margin-right:6px}
        .outcome.pass{background:var(--right-soft);color:var(--right)}.outcome.fail{background:var(--wrong-soft);color:var(--wrong)}.outcome.other{background:var(--rule);color:var(--ink)}
        .tag{display:inline-block;padding:0 7px;margin:1px 2px;border:1px solid var(--rule);border-radius:99px;font-size:.8rem}
        .raw{border-top:1px solid var(--rule);margin:0;padding:4px 18px}
        .raw pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);border-radius:8px;padding:12px 14px;max-height:70vh;overflow:auto}
        @media print{#tools,.raw{display:none!important}.sample{content-visibility:visible;break-inside:avoid-page}}
        """;

    /// <param name="most">Samples of each log to put on the page; 0 for all.</param>
    public static void Write(IReadOnlyList<LoggedEvaluation> logs, string path, int most, CancellationToken cancellation = default) => AtomicFile.Write(path, stream =>
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var title = logs is [var only] ? $"{only.Title}, {only.Model}" : "Evaluations";
        text.Write(HtmlBuilder.Of(html => Begin(html, title, logs)));
        foreach (var log in logs)
        {
            text.Write(HtmlBuilder.Of(html => Head(html, log, logs.Count > 1)));
            var shown = most == 0 ? log.Table.Count : Math.Min(most, log.Table.Count);
            var labels = SampleLabels.Of(log.Path);
            for (var i = 0; i < shown; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var sample = log.Read(i);
                text.Write(HtmlBuilder.Of(html => EvaluationPieces.Render(html, sample, labels.Find(sample.Id))).Replace("<section class=\"sample\">", $"<section class=\"sample\" data-outcome=\"{EvaluationPieces.Word(sample.Verdict.Outcome)}\">", StringComparison.Ordinal));
            }

            text.Write(HtmlBuilder.Of(html =>
            {
                if (shown < log.Table.Count) html.Element("p", string.Create(CultureInfo.InvariantCulture, $"{log.Table.Count - shown:N0} further samples are in the log and not on this page: deliberate log export with --samples 0 puts all on it."), "table-note");
                html.Close("section");
            }));
        }

        text.Write("</main>\n<script>");
        text.Write(ScriptText);
        text.Write("</script>\n</body>\n</html>\n");
    });

    private static string ScriptText => Script.ReplaceLineEndings("\n");

    private static void Begin(HtmlBuilder html, string title, IReadOnlyList<LoggedEvaluation> logs)
    {
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(ScriptText)));
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n")
            .Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{hash}'\"/>\n<link rel=\"icon\" href=\"data:,\"/>\n")
            .Element("title", title, cap: 200).Raw("<style>\n").Raw(ReportStyle.Sheet).Raw(Style).Raw("</style>\n</head>\n<body>\n<main>\n")
            .Open("header").Element("h1", title, cap: 200).Close("header");
        if (logs.Count > 1) TableBlock.Render(html, EvaluationPieces.Overview(logs));
        foreach (var group in logs.GroupBy(l => l.Task).Where(g => g.Count() > 1))
            if (EvaluationPieces.Models([.. group]) is { } figure) FigureBlock.Render(html, figure);
        var outcomes = logs.SelectMany(l => Enumerable.Range(0, l.Table.Count).Select(i => l.Table[i].Outcome)).Distinct().Order().ToArray();
        html.Raw("<div id=\"tools\" hidden=\"hidden\"><input id=\"find\" type=\"search\" placeholder=\"Find in the samples\" aria-label=\"Find in the samples\"/>");
        foreach (var outcome in outcomes) html.Raw($"<button type=\"button\" class=\"chip\" aria-pressed=\"false\" data-outcome=\"{EvaluationPieces.Word(outcome)}\">").Text(EvaluationPieces.Word(outcome)).Raw("</button>");
        html.Raw("<span id=\"count\" role=\"status\"></span></div>\n");
    }

    private static void Head(HtmlBuilder html, LoggedEvaluation log, bool isOneOfSeveral)
    {
        html.Open("section", "evaluation");
        if (isOneOfSeveral) html.Element("h2", $"{log.Title}, {log.Model}", cap: 200);
        KeyNumberCards.Render(html, EvaluationPieces.KeyNumbers(log));
        if (EvaluationPieces.Slices(log) is { } slices) FigureBlock.Render(html, slices);
        var counts = Enumerable.Range(0, log.Table.Count).GroupBy(i => log.Table[i].Outcome).OrderBy(g => g.Key);
        html.Element("p", string.Create(CultureInfo.InvariantCulture, $"{log.Table.Count:N0} samples: {string.Join(", ", counts.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count():N0} {EvaluationPieces.Word(g.Key)}")))}. Log {Path.GetFileName(log.Path)}, hash {log.Hash}."), "table-note");
    }
}
