using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Reports;

/// <summary>Methods of searching at test time side by side: accuracy against what each spent, and one problem's searches drawn.</summary>
internal static class SearchReport
{
    private static readonly ChartTone[] Tones = [ChartTone.Slate, ChartTone.Orange, ChartTone.Ochre, ChartTone.Blue, ChartTone.Purple, ChartTone.Green];

    /// <param name="subject">What was searched on, for the title.</param>
    /// <param name="measured">In the order in which they were run.</param>
    /// <param name="drawn">A search of each method, of the same problem.</param>
    /// <param name="provenance">How to make it again.</param>
    public static ReportModel Build(string subject, IReadOnlyList<SearchMeasurement> measured, IReadOnlyList<(string Method, SearchTree Tree)> drawn, Provenance provenance) => new()
    {
        Title = "Search at test time",
        Subtitle = subject,
        Chapters =
        [
            new ReportChapter("Accuracy against tokens") { Figures = [Figure(subject, measured)], Tables = [Table(measured)] },
            .. drawn.Count == 0 ? Array.Empty<ReportChapter>() : [new ReportChapter("One problem, searched") { Prose = [$"The problem: {drawn[0].Tree.Problem.Prompt}"], Figures = [Trees(drawn)] }],
        ],
        Provenance = provenance,
    };

    /// <summary>Accuracy over tokens, a line a method.</summary>
    public static LineChart Chart(IReadOnlyList<SearchMeasurement> measured)
    {
        var methods = measured.GroupBy(m => m.Method).ToArray();
        return new LineChart(
            "Accuracy against tokens of the policy", new ChartAxis("tokens drawn a problem, mean (logarithmic)", Logarithmic: true), ChartAxis.Share("share of problems solved"),
            [.. methods.Select((m, i) => new LineSeries(m.Key, Tones[i % Tones.Length], [.. m.Where(p => p.PolicyTokens.Value > 0).OrderBy(p => p.PolicyTokens.Value).Select(p => p.Accuracy.At(p.PolicyTokens.Value))]))]);
    }

    private static ReportFigure Figure(string subject, IReadOnlyList<SearchMeasurement> measured) => new(
        [Chart(measured)], $"{subject}: share of problems whose chosen answer is right, against what the policy drew for it. Whiskers are 95% intervals. What the scorer read is in the table.",
        measured[0].Accuracy.Count(), EstimateWords.Made("every method searched the same problems", measured.Select(m => m.Accuracy)));

    private static ReportTable Table(IReadOnlyList<SearchMeasurement> measured)
    {
        var hasSteps = measured.Any(m => m.StepsRight is not null);
        return new ReportTable(
            "In numbers", ["method", "settings", "right", .. hasSteps ? new[] { "every step right" } : [], "tokens drawn", "tokens scored", "answered"],
            [
                .. measured.Select(m => (IReadOnlyList<ReportCell>)
                [
                    ReportCell.Of(m.Method), ReportCell.Of(m.Settings), ReportCell.Of(m.Accuracy), .. hasSteps ? new[] { m.StepsRight is { } steps ? ReportCell.Of(steps) : ReportCell.Of("") } : [],
                    ReportCell.Of(m.PolicyTokens.Value), ReportCell.Of(m.ScorerTokens.Value), ReportCell.Of(m.Answered),
                ]),
            ],
            "Tokens are means a problem. A scorer reads each step once: what is before it stays in its cache.");
    }

    private static ReportFigure Trees(IReadOnlyList<(string Method, SearchTree Tree)> drawn) => new(
        [.. drawn.Select(d => new SearchTreeChart(d.Method, d.Tree))], "Each method's search of the same problem: proposals from left to right, kept ones blue, the chosen solution green. Larger dots have higher scores.", "one problem", "the first of the problems asked");
}
