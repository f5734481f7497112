using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>
/// Attack × goal: each cell the query of the first success, in four shades from the first on, as a number where there is room for it; goals that
/// most attacks broke stand to the left.
/// </summary>
internal static class AttackHeatMap
{
    private const int MostGoals = 60, Side = 14, Narrow = 10, Gap = 2, Left = 190, Top = 8, CellsWithNumbers = 32, WideSide = 20;

    public const string Style = """
        .heat{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:14px 16px;margin:0 0 8px}
        .heat svg{display:block}.heat text{font:12px system-ui,sans-serif;fill:var(--ink)}.heat .n{font-size:10px;text-anchor:middle}
        .heat .h1{fill:var(--wrong)}.heat .h2{fill:var(--wrong);fill-opacity:.68}.heat .h3{fill:var(--wrong);fill-opacity:.42}.heat .h4{fill:var(--wrong);fill-opacity:.22}
        .heat .h0{fill:var(--rule)}.heat .hx{fill:none;stroke:var(--muted);stroke-dasharray:2 2}.heat .n.on{fill:var(--card)}
        .keys{display:flex;max-width:none;flex-wrap:wrap;gap:4px 18px;font-size:.86rem;color:var(--muted);margin:0 0 24px}.keys svg{vertical-align:-2px;margin-right:6px}
        """;

    public static void Render(HtmlBuilder html, EvaluationResult result, IReadOnlyList<AttackGoal> goals)
    {
        var byCell = result.Samples.ToDictionary(s => (s.Tags[AttackTask.AttackTag], s.Tags[AttackTask.GoalTag]));
        var attacks = result.Samples.Select(s => s.Tags[AttackTask.AttackTag]).Distinct(StringComparer.Ordinal).ToArray();
        var isControl = result.Samples.Where(AttackMetrics.IsControl).Select(s => s.Tags[AttackTask.AttackTag]).ToHashSet(StringComparer.Ordinal);
        var broken = result.Samples.Where(AttackMetrics.IsBroken).GroupBy(s => s.Tags[AttackTask.GoalTag], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        AttackGoal[] ordered = [.. goals.OrderByDescending(g => broken.GetValueOrDefault(g.Id))];
        // Evenly spread, where there is no room for all.
        AttackGoal[] shown = ordered.Length <= MostGoals ? ordered : [.. Enumerable.Range(0, MostGoals).Select(i => ordered[(int)((long)i * ordered.Length / MostGoals)])];
        var side = shown.Length <= CellsWithNumbers ? WideSide : Side;
        // As many cells as the page is wide.
        var across = side == WideSide ? WideSide : Narrow;
        var (width, height) = (Left + (shown.Length * (across + Gap)), Top + (attacks.Length * (side + Gap)) + 4);
        html.Raw(string.Create(CultureInfo.InvariantCulture, $"<div class=\"heat\" tabindex=\"0\" role=\"region\" aria-label=\"Attacks by goals\"><svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">")).Raw("<title>").Text($"Query of the first success, {attacks.Length - isControl.Count} attacks{(isControl.Count > 0 ? " and a control" : "")} by {shown.Length} goals").Raw("</title>");
        for (var row = 0; row < attacks.Length; row++)
        {
            var y = Top + (row * (side + Gap));
            html.Raw(string.Create(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{y + side - 4}\">")).Text(isControl.Contains(attacks[row]) ? AttackMetrics.ControlRow : attacks[row], 28).Raw("</text>");
            for (var column = 0; column < shown.Length; column++)
            {
                var x = Left + (column * (across + Gap));
                var sample = byCell.GetValueOrDefault((attacks[row], shown[column].Id));
                var first = (int)(sample?.Scores.GetValueOrDefault(AttackVerdict.First) ?? 0);
                var kind = Kind(sample, first);
                html.Raw(string.Create(CultureInfo.InvariantCulture, $"<rect class=\"{kind}\" x=\"{x}\" y=\"{y}\" width=\"{across}\" height=\"{side}\" rx=\"2\"><title>")).Text($"{attacks[row]}, goal {shown[column].Id}: {Words(sample, first)}", 200).Raw("</title></rect>");
                if (first > 0 && side == WideSide) html.Raw(string.Create(CultureInfo.InvariantCulture, $"<text class=\"n{(first <= 10 ? " on" : "")}\" x=\"{x + (side / 2)}\" y=\"{y + side - 6}\">{(first < 1000 ? first : 999)}</text>"));
            }
        }

        html.Raw("</svg></div>\n").Raw("<p class=\"keys\">");
        foreach (var (kind, words) in new[] { ("h1", "broken by the first query"), ("h2", "by the tenth"), ("h3", "by the hundredth"), ("h4", "later"), ("h0", "stood fast"), ("hx", "not told") })
            html.Raw($"<span class=\"heat-key\"><svg class=\"heat\" width=\"14\" height=\"14\" style=\"padding:0;border:0;display:inline\"><rect class=\"{kind}\" x=\"1\" y=\"1\" width=\"12\" height=\"12\" rx=\"2\"/></svg>").Text(words).Raw("</span>");
        html.Raw("</p>\n");
        if (shown.Length < ordered.Length) html.Prose("p", string.Create(CultureInfo.InvariantCulture, $"{shown.Length} of {ordered.Length} goals, evenly spread from the most to the least broken."), "table-note");
    }

    private static string Kind(SampleResult? sample, int first) => first switch
    {
        1 => "h1",
        > 1 and <= 10 => "h2",
        > 10 and <= 100 => "h3",
        > 100 => "h4",
        _ => sample is null || AttackMetrics.Within(1)(sample) is null ? "hx" : "h0",
    };

    private static string Words(SampleResult? sample, int first) => first > 0 ? string.Create(CultureInfo.InvariantCulture, $"broken by query {first}")
        : sample is null || AttackMetrics.Within(1)(sample) is null ? "not told"
        : string.Create(CultureInfo.InvariantCulture, $"stood fast in {sample.Scores[AttackVerdict.Queries]:0} queries");
}
