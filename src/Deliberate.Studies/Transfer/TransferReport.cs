using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The page of the study, its tables for the docs, and sentences made from its numbers.</summary>
internal static class TransferReport
{
    private static readonly ChartTone[] Tones = [ChartTone.Blue, ChartTone.Orange, ChartTone.Green, ChartTone.Purple, ChartTone.Ochre];

    /// <summary>Numbers of families that models were rewarded on, from none on, of which something was left out.</summary>
    public static IReadOnlyList<int> Curve(TransferPlan plan) => [0, .. plan.Counts];

    public static ReportModel Build(string command, TransferRows rows) => new()
    {
        Title = $"{(rows.Plan.Quick ? "Not a result: " : "")}Does reinforcement learning carry over?",
        Subtitle = $"Right answers to families that were left out, over how many others were rewarded, {Words(rows.Plan)}.",
        Lead = [.. rows.Plan.Quick ? new[] { ExperimentFindings.QuickWarning, QuickOutcome(rows.Plan) } : [], Design(rows.Plan)],
        Shows = [.. Said(rows).Where(s => s.IsShown).Select(s => s.Sentence)],
        DoesNotShow = rows.Plan.Quick ? [] : [.. Said(rows).Where(s => !s.IsShown).Select(s => s.Sentence), .. Limits],
        Chapters = rows.Plan.Quick ? [] : [new ReportChapter("Families that were left out") { Figures = [Figure(rows), ByFamily(rows)], Tables = [Table(rows)] }, new ReportChapter("The rest of it") { Tables = [Steps(rows), Rest(rows)] }],
        Provenance = new Provenance(command, rows.Plan.Seeds, [("Deliberate", RunInfo.ProgramVersion)]),
    };

    /// <summary>What stands between the marks of the docs.</summary>
    public static string Docs(string command, TransferRows rows)
    {
        if (rows.Plan.Quick) return string.Join('\n', ["", $"**{ExperimentFindings.QuickWarning}** {QuickOutcome(rows.Plan)}", ""]);
        var lines = new List<string> { "", $"`{command}`, {Words(rows.Plan)}. {Design(rows.Plan)}", "" };
        foreach (var table in new[] { Table(rows), Steps(rows), Rest(rows) }) lines.AddRange([$"**{table.Title}**", "", ExperimentTables.Markdown(table), table.Note, ""]);
        lines.AddRange(["What is shown:", "", .. List(Said(rows).Where(s => s.IsShown).Select(s => s.Sentence)), "", "What is not shown:", "", .. List([.. Said(rows).Where(s => !s.IsShown).Select(s => s.Sentence), .. Limits]), ""]);
        return string.Join('\n', lines);
    }

    /// <summary>What there is to say of --quick.</summary>
    public static string QuickOutcome(TransferPlan plan) => ExperimentFindings.QuickOutcome(plan.Seeds.Count * (plan.Arms.Count + 1));

    /// <summary>The curve in numbers: the page's first table, and the command line's.</summary>
    public static ReportTable Table(TransferRows rows) => new(
        "Right answers to families that were left out", ["rewarded families", .. rows.Plan.Families.Select(f => f.Name), "all left out", "above the base, in percentage points"],
        [
            .. Curve(rows.Plan).Select(count => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(count == 0 ? "none: the base" : Count(count)), .. rows.Plan.Families.Select(f => ReportCell.Of(rows.LeftOut(count, f.Name))), ReportCell.Of(rows.LeftOut(count)), ReportCell.Of(count == 0 ? "" : Points(rows.Gain(count))),
            ]),
            [
                ReportCell.Of($"{Count(Most(rows))}, held by a KL"), .. rows.Plan.Families.Select(f => ReportCell.Of(rows.LeftOut(Most(rows), f.Name, isHeld: true))), ReportCell.Of(rows.LeftOut(Most(rows), isHeld: true)), ReportCell.Of(Points(rows.Gain(Most(rows), isHeld: true))),
            ],
            [ReportCell.Of($"{Count(rows.Plan.Families.Count)}: nothing left out"), .. rows.Plan.Families.Select(f => ReportCell.Of(rows.Rewarded(rows.Plan.Families.Count, f.Name))), ReportCell.Of(""), ReportCell.Of("")],
        ],
        string.Create(CultureInfo.InvariantCulture, $"n = {rows.Plan.Problems} held-out problems a family, the same for every model and seed, {rows.Plan.Samples} samples each at temperature 1; of a row all models that left the family out, each beginning its round of families at another one. Intervals are over problems, seeds and models pooled; behind differences, which are paired by problem, the lowest and highest of the seeds."));

    private static ReportTable Steps(TransferRows rows) => new(
        "Every step right, of families that were left out", ["rewarded families", .. rows.Plan.Families.Select(f => f.Name), "all left out"],
        [.. Curve(rows.Plan).Select(count => (IReadOnlyList<ReportCell>)[ReportCell.Of(count == 0 ? "none: the base" : Count(count)), .. rows.Plan.Families.Select(f => ReportCell.Of(rows.LeftOut(count, f.Name, steps: true))), ReportCell.Of(rows.LeftOut(count, steps: true))])],
        "Of the same samples. Comparisons have lucky right answers; of them this says more.");

    private static ReportTable Rest(TransferRows rows) => new(
        "What was rewarded, and what shares no skill with it", ["rewarded families", "right answers to these", $"right answers to {rows.Plan.Far.Name}"],
        [
            .. Curve(rows.Plan).Append(rows.Plan.Families.Count).Select(count => (IReadOnlyList<ReportCell>)[ReportCell.Of(count == 0 ? "none: the base" : Count(count)), count == 0 ? ReportCell.Of("") : ReportCell.Of(rows.Rewarded(count)), ReportCell.Of(rows.Far(count))]),
            [ReportCell.Of($"{Count(Most(rows))}, held by a KL"), ReportCell.Of(""), ReportCell.Of(rows.Far(Most(rows), isHeld: true))],
        ],
        $"The base imitated {rows.Plan.Far.Name} too, a fifteenth of its corpus; nothing was rewarded on it in any model.");

    private static ReportFigure Figure(TransferRows rows) => new(
        [
            new LineChart("Right answers", new ChartAxis("families that were rewarded", TicksAtData: true), ChartAxis.Share("share of right answers"),
                [
                    new LineSeries("left out", ChartTone.Blue, [.. Curve(rows.Plan).Select(n => Point(n, rows.LeftOut(n)))]),
                    new LineSeries("rewarded", ChartTone.Slate, [.. rows.Plan.Counts.Append(rows.Plan.Families.Count).Select(n => Point(n, rows.Rewarded(n)))]),
                    new LineSeries(rows.Plan.Far.Name, ChartTone.Orange, [.. Curve(rows.Plan).Append(rows.Plan.Families.Count).Select(n => Point(n, rows.Far(n)))]),
                ]),
        ],
        "Models that were rewarded on as many families, all on as many samples: on the families that they left out, on those they were rewarded on, and on one that shares no skill with any.",
        Sample(rows), EstimateWords.Made("over problems, seeds and models pooled", Curve(rows.Plan).Select(n => rows.LeftOut(n))));

    private static ReportFigure ByFamily(TransferRows rows) => new(
        [
            new LineChart("Left out, by family", new ChartAxis("families that were rewarded", TicksAtData: true), ChartAxis.Share("share of right answers"),
                [.. rows.Plan.Families.Select((f, i) => new LineSeries(f.Name, Tones[i % Tones.Length], [.. Curve(rows.Plan).Select(n => Point(n, rows.LeftOut(n, f.Name)))]))]),
        ],
        "The same, a line a family that was left out.", Sample(rows), EstimateWords.Made("over problems, seeds and models pooled", rows.Plan.Families.Select(f => rows.LeftOut(0, f.Name))));

    private static string Sample(TransferRows rows) => string.Create(CultureInfo.InvariantCulture, $"n = {rows.Plan.Problems} held-out problems a family, {rows.Plan.Samples} samples each.");

    private static ChartPoint Point(int x, Estimate value) => new(x, value.Value, value.Low, value.High);

    private static string Design(TransferPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"One base a seed (64 wide, three layers) imitates writers good and bad of {string.Join(", ", plan.Tested)}, so that it has seen the format of every family. From it models learn by reinforcement learning (GRPO, the answer's checker as the only reward) on some of the first {Count(plan.Families.Count)}, all in {plan.Steps} steps of 32 problems with eight samples, however many families share them; {Count(plan.Families.Count)} models a number of families, each beginning the round at another one. The first {Count(plan.Families.Count)} share sub-skills: sums and products, precedence, and a third of the writers who hold a misconception. Families, seeds and recipe were committed before the measured run; docs/log.md has what was tried before.");

    private static IEnumerable<string> Limits =>
    [
        "That reinforcement learning carries over between families that share no skill: the one that was tested says otherwise.",
        "Anything of natural language or of larger models: these have some 160,000 weights, and their base has seen every family that it is tested on.",
        "How much is owed to which family: each number of families stands for the neighbours in one round of them, not for all ways to choose.",
    ];

    /// <summary>A sentence a question: shown where the interval excludes 0 and every seed agrees in sign.</summary>
    private static IEnumerable<(string Sentence, bool IsShown)> Said(TransferRows rows)
    {
        var plan = rows.Plan;
        if (plan.Quick) yield break;
        foreach (var count in plan.Counts) yield return Told($"Reinforcement learning on {Count(count)} of the {Count(plan.Families.Count)} families and the ones that it left out", rows.Gain(count));
        foreach (var family in plan.Families) yield return Told($"{family.Name}, left out of {Count(Most(rows))} others", rows.Gain(Most(rows), family.Name));
        for (var i = 1; i < plan.Counts.Count; i++) yield return Told($"{Count(plan.Counts[i])} families in place of {Count(plan.Counts[i - 1])}, on as many samples, and the ones that both leave out", rows.Growth(plan.Counts[i - 1], plan.Counts[i]));
        yield return Told($"A KL to the base (coefficient 0.3) at {Count(Most(rows))} families and the one that is left out", rows.Held(Most(rows)));
        yield return Told($"{plan.Far.Name}, which shares no skill with them, after reinforcement learning on {Count(Most(rows))} families", rows.FarGain(Most(rows)));
    }

    private static (string Sentence, bool IsShown) Told(string what, (Estimate Difference, IReadOnlyList<double> Seeds) gain)
    {
        var isShown = IsShown(gain);
        var words = isShown ? DifferenceWords.Of(gain.Difference, "more right answers", "fewer right answers", "") : "a difference";
        return ($"{what}: {words}, {Points(gain, " percentage points")}.", isShown);
    }

    private static bool IsShown((Estimate Difference, IReadOnlyList<double> Seeds) gain) =>
        gain.Difference.Finding != Finding.NotToldApart && gain.Seeds.All(s => Math.Sign(s) == Math.Sign(gain.Difference.Value));

    private static int Most(TransferRows rows) => rows.Plan.Counts[^1];

    private static string Points((Estimate Difference, IReadOnlyList<double> Seeds) gain, string unit = "") => string.Create(
        CultureInfo.InvariantCulture,
        $"{SignedPoints.Of(gain.Difference.Value)}{unit} (95% interval {SignedPoints.Of(gain.Difference.Low)} to {SignedPoints.Of(gain.Difference.High)}, {gain.Difference.Method.Words()}; seeds {SignedPoints.Of(gain.Seeds.Min())} to {SignedPoints.Of(gain.Seeds.Max())})");

    private static string Words(TransferPlan plan) => plan.Seeds.Count == 1 ? string.Create(CultureInfo.InvariantCulture, $"one seed ({plan.Seeds[0]})") : string.Create(CultureInfo.InvariantCulture, $"{plan.Seeds.Count} seeds ({string.Join(", ", plan.Seeds)})");

    private static string Count(int number) => number switch { 1 => "one", 2 => "two", 3 => "three", 4 => "four", 5 => "five", _ => number.ToString(CultureInfo.InvariantCulture) };

    private static IEnumerable<string> List(IEnumerable<string> items) => items.Select(i => "- " + i).DefaultIfEmpty("- Nothing.");
}
