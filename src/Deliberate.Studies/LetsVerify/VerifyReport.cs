using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The page of the study, its tables for the docs, and sentences made from its numbers.</summary>
internal static class VerifyReport
{
    private const string HowMade = "expected over all ways to draw N of the pool, exactly; over problems, pooled over seeds";

    /// <summary>What is held against one another, by the names of their scores.</summary>
    private static (string Name, string Title, ChartTone Tone)[] Choices(VerifyRows rows) =>
    [
        (rows.Arm(RewardSource.LargeProcess).Key, "PRM", ChartTone.Blue), (rows.Arm(RewardSource.LargeOutcome).Key, "ORM", ChartTone.Orange), (VerifyFolder.Majority, "majority", ChartTone.Slate),
        (VerifyFolder.Vote, "vote weighted by the PRM", ChartTone.Ochre), (VerifyFolder.LabelFree, "verifier without labels", ChartTone.Green), (VerifyFolder.Exact, "exact steps", ChartTone.Purple),
    ];

    private static readonly (RewardSource Source, ChartTone Tone)[] Small = [(RewardSource.Process, ChartTone.Blue), (RewardSource.JudgedOutcome, ChartTone.Green), (RewardSource.Outcome, ChartTone.Orange)];

    public static ReportModel Build(string command, VerifyRows rows) => new()
    {
        Title = $"{(rows.Plan.Quick ? "Not a result: " : "")}Let's verify step by step, small",
        Subtitle = $"Reward models of steps and of outcomes, {Words(rows.Plan)}.",
        Lead = [.. rows.Plan.Quick ? new[] { ExperimentFindings.QuickWarning } : [], Design(rows.Plan)],
        Shows = [.. Said(rows).Where(s => s.IsShown).Select(s => s.Sentence)],
        DoesNotShow = [.. Said(rows).Where(s => !s.IsShown).Select(s => s.Sentence), .. Limits],
        Chapters =
        [
            new ReportChapter("Best of N") { Figures = [ByN(rows)], Tables = [Table(rows), Steps(rows)] },
            new ReportChapter("Process against outcome labels") { Figures = [BySize(rows, "Process and outcome labels", Small, "Small reward models on the same solutions: each labelled step by step, as a whole by the large PRM, or as a whole by its final answer.")], Tables = [Sizes(rows)] },
            new ReportChapter("Active learning") { Figures = [BySize(rows, "Active and uniform choice", [(RewardSource.Active, ChartTone.Purple), (RewardSource.Process, ChartTone.Blue)], "Small process reward models on as many solutions, chosen as the most convincing wrong ones or at random.")], Tables = [Slopes(rows)] },
            new ReportChapter("Another family") { Tables = [Other(rows)] },
            new ReportChapter("The paper's numbers") { Tables = [Paper(rows)] },
        ],
        Provenance = new Provenance(command, rows.Plan.Seeds, [("Deliberate", RunInfo.ProgramVersion)]),
    };

    /// <summary>What stands between the marks of the docs.</summary>
    public static string Docs(string command, VerifyRows rows)
    {
        var lines = new List<string> { "", $"`{command}`, {Words(rows.Plan)}. {Design(rows.Plan)}", "" };
        foreach (var table in new[] { Table(rows), Steps(rows), Sizes(rows), Slopes(rows), Other(rows), Paper(rows) }) lines.AddRange([$"**{table.Title}**", "", ExperimentTables.Markdown(table), table.Note, ""]);
        lines.AddRange(["What is shown:", "", .. List(Said(rows).Where(s => s.IsShown).Select(s => s.Sentence)), "", "What is not shown:", "", .. List([.. Said(rows).Where(s => !s.IsShown).Select(s => s.Sentence), .. Limits]), ""]);
        return string.Join('\n', lines);
    }

    /// <summary>Right answers by N: the page's first table, and the command line's.</summary>
    public static ReportTable Table(VerifyRows rows) => new(
        "Right answers, the best of N", ["chosen by", .. rows.Plan.Ladder.Select(n => $"N = {Count(n)}")],
        [.. Choices(rows).Select(c => (IReadOnlyList<ReportCell>)[ReportCell.Of(c.Title), .. rows.Plan.Ladder.Select(n => ReportCell.Of(rows.Right(c.Name, n)))])],
        string.Create(CultureInfo.InvariantCulture, $"n = {rows.Plan.Problems} held-out problems of {VerifyPlan.Family}, level {VerifyPlan.Level}, {rows.Plan.Samples} solutions of each at temperature 1; {HowMade}. Equal solutions have equal scores, and the first of them is taken. Asked itself, once, the reader that all reward models begin with answers {rows.Right(VerifyFolder.Reader, 1).WithRange(NumberStyle.Share)} right."));

    private static ReportTable Steps(VerifyRows rows) => new(
        "Every step of the chosen solution right", ["chosen by", .. rows.Plan.Ladder.Select(n => $"N = {Count(n)}"), "F1 of first mistakes"],
        [.. Choices(rows).Where(c => c.Name is not (VerifyFolder.Majority or VerifyFolder.Vote)).Select(c => (IReadOnlyList<ReportCell>)[ReportCell.Of(c.Title), .. rows.Plan.Ladder.Select(n => ReportCell.Of(rows.StepsRight(c.Name, n)!)), rows.F1(c.Name) is { } f1 ? ReportCell.Of(f1, NumberStyle.Share) : ReportCell.Of("–")])],
        "A majority chooses an answer and no solution. F1 is ProcessBench's, over each different solution once: among them wrong ones are more than among all samples.");

    private static ReportTable Sizes(VerifyRows rows) => new(
        string.Create(CultureInfo.InvariantCulture, $"Small reward models, the best of {rows.Plan.At}"), ["solutions", "labels", "labels given", "steps read for them", "right answers", "every step right"],
        [
            .. rows.Plan.Sizes.SelectMany(size => Small.Select(s => rows.Arm(s.Source, size))).Select(arm => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(Count(arm.Solutions)), ReportCell.Of(arm.Title), ReportCell.Of(Math.Round(rows.Cost(arm.Key).Labels)), ReportCell.Of(Math.Round(rows.Cost(arm.Key).StepsRead)), ReportCell.Of(rows.Right(arm.Key, rows.Plan.At)), ReportCell.Of(rows.StepsRight(arm.Key, rows.Plan.At)!),
            ]),
        ],
        "The cost of labelling is counted in steps that are read: a process label and a judged outcome need every step up to the first mistake, a final answer one line. Rows of as many solutions are the paper's comparison; for as many labels, or as much reading, compare rows of about as many in those columns.");

    private static ReportTable Slopes(VerifyRows rows) => new(
        string.Create(CultureInfo.InvariantCulture, $"Active against uniform choice, the best of {rows.Plan.At}"), ["choice", .. rows.Plan.Sizes.Select(s => $"{Count(s)} solutions"), "gain a doubling"],
        [
            .. new[] { RewardSource.Active, RewardSource.Process }.Select(s => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(s == RewardSource.Active ? "active" : "uniform"), .. rows.Plan.Sizes.Select(size => ReportCell.Of(rows.Right(rows.Arm(s, size).Key, rows.Plan.At))), ReportCell.Of(rows.Slope(s), NumberStyle.Share),
            ]),
        ],
        string.Create(CultureInfo.InvariantCulture, $"Chosen among {rows.Plan.ChosenSamples} solutions of each of {rows.Plan.ChosenProblems} problems, equal ones once, by a selector that learned from one solution of each; exact labels. The gain is the slope of the line of best fit over the logarithm of the number of solutions. Ratio of the slopes: {Ratio(rows)} (paper: 2.6). The verifier without labels has {rows.Right(VerifyFolder.LabelFree, rows.Plan.At).WithRange(NumberStyle.Share)} with none."));

    private static ReportTable Other(VerifyRows rows) => new(
        string.Create(CultureInfo.InvariantCulture, $"A family that no reward model was trained on, the best of {rows.Plan.Ladder.Last(n => n <= rows.Plan.OtherSamples)}"), ["chosen by", "right answers", "every step right"],
        [.. Choices(rows).Select(c => (c.Title, N: rows.Plan.Ladder.Last(n => n <= rows.Plan.OtherSamples), c.Name)).Select(c => (IReadOnlyList<ReportCell>)[ReportCell.Of(c.Title), ReportCell.Of(rows.Right(c.Name, c.N, other: true)), rows.StepsRight(c.Name, c.N, other: true) is { } steps ? ReportCell.Of(steps) : ReportCell.Of("–")])],
        string.Create(CultureInfo.InvariantCulture, $"n = {rows.Plan.OtherProblems} held-out problems of {VerifyPlan.OtherFamily}, which asks for the number where {VerifyPlan.Family} asks for yes or no. Policy and reader imitated both families; labels are of the other one alone."));

    private static ReportTable Paper(VerifyRows rows)
    {
        var (n, other) = (rows.Plan.Ladder[^1], rows.Plan.Ladder.Last(s => s <= rows.Plan.OtherSamples));
        IReadOnlyList<ReportCell> Row(string what, string paper, string ours) => [ReportCell.Of(what), ReportCell.Of(paper), ReportCell.Of(ours)];
        string Three(int at, bool isOther) => string.Join(", ", Choices(rows).Take(3).Select(c => rows.Right(c.Name, at, isOther).Value(NumberStyle.Percent)));
        return new ReportTable(
            "The paper's numbers beside ours", ["what", "paper", "here"],
            [
                Row("in distribution, PRM, ORM, majority", "78.2%, 72.4%, 69.6% (best of 1,860, 500 problems of MATH)", $"{Three(n, false)} (best of {Count(n)})"),
                Row("out of distribution, PRM, ORM, majority", "72.9%, 63.8%, 61.3% (best of 100, 234 problems of AP and AMC)", $"{Three(other, true)} (best of {Count(other)})"),
                Row("data efficiency of active learning, ratio of slopes", "2.6", Ratio(rows)),
            ],
            "Another task, another size by five orders of magnitude, another labeller: what compares is the order of the rows and the shape of the curves, not the numbers.");
    }

    private static ReportFigure ByN(VerifyRows rows) => new(
        [new LineChart("Best of N", new ChartAxis("solutions of each problem, N (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share("share of right answers"), [.. Choices(rows).Select(c => new LineSeries(c.Title, c.Tone, [.. rows.Plan.Ladder.Select(n => Point(n, rows.Right(c.Name, n)))], IntervalStyle.Band))])],
        "The answer of the solution that is scored highest, or that most solutions give; exact steps is what a perfect reward model of steps would choose.",
        string.Create(CultureInfo.InvariantCulture, $"n = {rows.Plan.Problems} held-out problems."), EstimateWords.Made(HowMade, Choices(rows).SelectMany(c => rows.Plan.Ladder.Select(n => rows.Right(c.Name, n)))));

    private static ReportFigure BySize(VerifyRows rows, string title, IReadOnlyList<(RewardSource Source, ChartTone Tone)> sources, string caption) => new(
        [
            new LineChart(title, new ChartAxis("solutions labelled (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share(string.Create(CultureInfo.InvariantCulture, $"right answers, best of {rows.Plan.At}")),
                [.. sources.Select(s => new LineSeries(rows.Arm(s.Source).Title, s.Tone, [.. rows.Plan.Sizes.Select(size => Point(size, rows.Right(rows.Arm(s.Source, size).Key, rows.Plan.At)))], IntervalStyle.Band))]),
        ],
        caption, string.Create(CultureInfo.InvariantCulture, $"n = {rows.Plan.Problems} held-out problems."), EstimateWords.Made(HowMade, sources.SelectMany(s => rows.Plan.Sizes.Select(size => rows.Right(rows.Arm(s.Source, size).Key, rows.Plan.At)))));

    private static ChartPoint Point(int x, Estimate value) => new(x, value.Value, value.Low, value.High);

    private static string Design(VerifyPlan plan) => string.Create(
        CultureInfo.InvariantCulture,
        $"Comparisons of nested arithmetic modulo 10 in two steps: half of all guesses are lucky, so that a right answer says little of the steps. The policy imitates writers good and bad (a third of them ignore precedence), and draws all solutions. The reader, of the same size, imitates careful writers alone, and every reward model begins with it, whose head reads how much the reader is surprised: a model cannot judge a step that it cannot do. The large PRM learns exact labels of {plan.Large:N0} solutions, half of them any, half the most convincing wrong ones by a PRM of the first half; the large ORM the final answers of as many, any of them. Settings were looked for at this size with seeds 1 and 2 and committed before any of these seeds was run; docs/log.md has the sweep.");

    private static IEnumerable<string> Limits =>
    [
        "Anything of natural language or of larger models: these have some 160,000 weights.",
        "That these labels, rates and sizes are the best of each arm: what was tried stands in docs/log.md.",
    ];

    /// <summary>The aims, and where the shape differs from the paper's.</summary>
    private static IEnumerable<(string Sentence, bool IsShown)> Said(VerifyRows rows)
    {
        if (rows.Plan.Quick) yield break;
        var (n, prm, orm) = (rows.Plan.Ladder[^1], rows.Arm(RewardSource.LargeProcess).Key, rows.Arm(RewardSource.LargeOutcome).Key);
        yield return Above($"Best of {Count(n)}: PRM over ORM", rows.Difference(prm, orm, n), "78.2 to 72.4");
        yield return Above($"Best of {Count(n)}: ORM over majority", rows.Difference(orm, VerifyFolder.Majority, n), "72.4 to 69.6");
        yield return Above($"Best of {Count(n)}: PRM over majority", rows.Difference(prm, VerifyFolder.Majority, n), "78.2 to 69.6");
        yield return Above($"{Count(n)} solutions: the vote weighted by the PRM over majority", rows.Difference(VerifyFolder.Vote, VerifyFolder.Majority, n), "no gain over best of N");
        yield return Above($"Best of {Count(n)}: the verifier without labels over majority", rows.Difference(VerifyFolder.LabelFree, VerifyFolder.Majority, n), "not in the paper");
        yield return Above($"Best of {Count(n)}: PRM over the verifier without labels", rows.Difference(prm, VerifyFolder.LabelFree, n), "not in the paper");
        foreach (var (name, title) in new[] { (prm, "PRM"), (orm, "ORM") })
        {
            var peak = rows.Plan.Ladder.MaxBy(k => rows.Right(name, k).Value);
            if (peak != n && rows.Change(name, peak, n) is { Finding: Finding.Smaller } fall) yield return ($"Where the shape differs: the paper's curves rise with N, and the {title}'s falls from N = {Count(peak)} to {Count(n)}, {Points(fall)}: among more solutions it finds more wrong ones that it takes for right.", true);
        }

        var size = rows.Plan.Sizes[^1];
        yield return Above($"{Count(size)} solutions: process labels over outcome labels by the final answer", rows.Difference(rows.Arm(RewardSource.Process, size).Key, rows.Arm(RewardSource.Outcome, size).Key, rows.Plan.At), "process above");
        yield return Above($"{Count(size)} solutions: process labels over outcome labels by the large PRM", rows.Difference(rows.Arm(RewardSource.Process, size).Key, rows.Arm(RewardSource.JudgedOutcome, size).Key, rows.Plan.At), "process above");
        yield return Above($"{Count(size)} solutions: outcome labels by the large PRM over those by the final answer", rows.Difference(rows.Arm(RewardSource.JudgedOutcome, size).Key, rows.Arm(RewardSource.Outcome, size).Key, rows.Plan.At), "judged above");
        yield return ($"Active learning: the ratio of slopes to uniform choice is {Ratio(rows)}; aim and paper: above 1, 2.6.", rows.Slope(RewardSource.Process).Finding == Finding.Larger && rows.SlopeRatio is { HasInterval: true, Low: > 1 });
        yield return Above($"Active over uniform choice at {Count(size)} solutions", rows.Difference(rows.Arm(RewardSource.Active, size).Key, rows.Arm(RewardSource.Process, size).Key, rows.Plan.At), "active above");
        var other = rows.Plan.Ladder.Last(k => k <= rows.Plan.OtherSamples);
        yield return Above($"The other family, best of {Count(other)}: PRM over ORM", rows.Difference(prm, orm, other, other: true), "72.9 to 63.8");
        yield return Above($"The other family, best of {Count(other)}: PRM over majority", rows.Difference(prm, VerifyFolder.Majority, other, other: true), "72.9 to 61.3");
    }

    private static (string Sentence, bool IsShown) Above(string what, Estimate difference, string paper) =>
        ($"{what}: {DifferenceWords.Of(difference, "more right answers", "fewer right answers", "a difference")}, {Points(difference)} (paper: {paper}).", difference.Finding != Finding.NotToldApart);

    /// <summary>A ratio to a slope that is not above 0 says nothing.</summary>
    private static string Ratio(VerifyRows rows) => rows.Slope(RewardSource.Process).Finding != Finding.Larger ? "not defined, for the uniform choice's slope is not told apart from 0 upwards" : rows.SlopeRatio.WithRange(NumberStyle.Tenths);

    private static string Points(Estimate difference) => string.Create(CultureInfo.InvariantCulture, $"{SignedPoints.Of(difference.Value)} percentage points (95% interval {SignedPoints.Of(difference.Low)} to {SignedPoints.Of(difference.High)}, {difference.Method.Words()})");

    private static string Words(VerifyPlan plan) => plan.Seeds.Count == 1 ? string.Create(CultureInfo.InvariantCulture, $"one seed ({plan.Seeds[0]})") : string.Create(CultureInfo.InvariantCulture, $"{plan.Seeds.Count} seeds");

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static IEnumerable<string> List(IEnumerable<string> items) => items.Select(i => "- " + i).DefaultIfEmpty("- Nothing.");
}
