using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>The chapter of one run: what was learned, by figures, a table and transcripts; and the sentences for the top of the page.</summary>
internal static class RunChapter
{
    public static string Name(RunEvidence run) => run.Title switch
    {
        var name when name.StartsWith("arithmetic", StringComparison.Ordinal) => "Nested arithmetic",
        var name when name.StartsWith("countdown", StringComparison.Ordinal) => "Countdown",
        var name => char.ToUpperInvariant(name[0]) + name[1..].Replace('-', ' '),
    };

    public static ReportChapter Build(RunEvidence run, RunEvidence? control)
    {
        var figures = new List<ReportFigure>();
        var sample = $"n = {run.Recipe.Evaluation.Problems} held-out problems, level {run.Recipe.Family.TestLevel}";
        var how = $"sampled at temperature {run.Recipe.Reinforcement.Temperature:0.##}, {run.Recipe.Evaluation.Samples} sample a problem, seed {run.Recipe.Evaluation.Seed}; 95% intervals";
        if (run.Evaluations.Count > 1) figures.Add(RunReport.Learning(run, control));
        if (run is { Base: { } before, Final: { } after })
        {
            var firstBefore = run.First(before);
            var firstAfter = run.First(after);
            Measured? without = control?.Final is { } direct ? Measures.Accuracy(control.First(direct)) : null;
            figures.Add(ComparisonFigure.Build("share of answers right", [new Comparison(Name(run), Measures.Accuracy(firstBefore), Measures.Accuracy(firstAfter), without)], sample, how));
            if (run.Recipe.Evaluation.Budgets.Count > 1) figures.Add(Budgets(run, firstBefore, firstAfter, sample, how));
            figures.Add(LengthsFigure.Build(Name(run), [.. firstBefore.Select(s => (double)s.ThoughtTokens)], [.. firstAfter.Select(s => (double)s.ThoughtTokens)], sample, how));
            AddVotes(figures, run, after, "after RL");
            AddVotes(figures, run, before, "before RL");
        }

        return new ReportChapter(Name(run))
        {
            Prose = [run.Recipe.Family.Instance.Description, Corpus(run)],
            Figures = figures,
            Tables = [Table(run, control)],
            TranscriptsNote = TranscriptChoice.Note,
            Transcripts = run is { Base: { } b, Final: { } f } ? TranscriptChoice.Choose(b, f) : [],
        };
    }

    public static IEnumerable<KeyNumber> Cards(RunEvidence run)
    {
        if (run is not { Base: { } before, Final: { } after }) yield break;
        var (b, a) = (run.First(before), run.First(after));
        var steps = run.Title.StartsWith("countdown", StringComparison.Ordinal);
        var (from, to) = steps ? (Measures.Accuracy(b), Measures.Accuracy(a)) : (Measures.StepsRight(b), Measures.StepsRight(a));
        yield return new KeyNumber(Percent(to.Value), $"{Name(run)}, {(steps ? "solved" : "every step right")}", $"{Interval(to)}; before RL {Percent(from.Value)}", ChartTone.Blue);
        var (shorter, longer) = (Measures.Length(b), Measures.Length(a));
        yield return new KeyNumber(longer.Value.ToString("0", CultureInfo.InvariantCulture), $"{Name(run)}, tokens of thought", $"before RL {shorter.Value:0}", ChartTone.Green);
    }

    /// <summary>Sentences computed from the numbers: what went up, by how much, and whether the intervals part.</summary>
    public static IEnumerable<string> Shows(RunEvidence run, RunEvidence? control)
    {
        if (run is not { Base: { } before, Final: { } after }) yield break;
        var (b, a) = (run.First(before), run.First(after));
        var (from, to) = (Measures.Accuracy(b), Measures.Accuracy(a));
        yield return $"{Name(run)}: reinforcement learning took the share of right answers from {Percent(from.Value)} ({Interval(from)}) to {Percent(to.Value)} ({Interval(to)}){(to.Low > from.High ? "" : "; the intervals overlap, so this may be chance")}.";
        if (Measures.StepsRight(a).Value > 0)
            yield return $"{Name(run)}: answers with every step right went from {Percent(Measures.StepsRight(b).Value)} to {Percent(Measures.StepsRight(a).Value)} ({Interval(Measures.StepsRight(a))}).";
        var (right, wrong) = (a.Where(s => s.Grade.Correct > 0), a.Where(s => s.Grade.Correct == 0));
        yield return $"{Name(run)}: thoughts went from {Measures.Length(b).Value:0.0} to {Measures.Length(a).Value:0.0} tokens (right answers {Measures.Length(right).Value:0.0}, wrong ones {Measures.Length(wrong).Value:0.0}), with no reward for length.";
        if (control?.Final is { } direct)
        {
            var without = Measures.Accuracy(control.First(direct));
            yield return $"{Name(run)}: the control that answers at once, with the same problems, optimizer steps and RL budget, reached {Percent(without.Value)} ({Interval(without)}), {Percent(to.Value - without.Value)} below.";
        }

        if (run.Recipe.Evaluation.Budgets.Count > 1)
            yield return $"{Name(run)}: with a budget of {string.Join(", ", run.Recipe.Evaluation.Budgets)} tokens the same samples are right in {string.Join(", ", run.Recipe.Evaluation.Budgets.Select(k => Percent(Measures.Within(a, k).Value)))} of the problems.";
    }

    private static ReportFigure Budgets(RunEvidence run, List<GradedSample> before, List<GradedSample> after, string sample, string how) =>
        BudgetFigure.Build(Name(run), "share of answers right",
            [Curve("before RL", ChartTone.Slate, before, run.Recipe.Evaluation.Budgets), Curve("after RL", ChartTone.Blue, after, run.Recipe.Evaluation.Budgets)],
            sample, how + "; a sample that would need more tokens counts as wrong");

    private static MeasuredCurve Curve(string name, ChartTone tone, List<GradedSample> samples, IReadOnlyList<int> budgets) =>
        new(name, tone, [.. budgets.Select(b => ((double)b, Measures.Within(samples, b)))]);

    private static void AddVotes(List<ReportFigure> figures, RunEvidence run, List<GradedSample> samples, string when)
    {
        var points = Measures.Votes(samples, run.Recipe.Evaluation.Seed);
        if (points.Count > 1)
            figures.Add(SamplesFigure.Build($"{Name(run)}, {when}", points, $"n = {run.Recipe.Evaluation.VoteProblems} held-out problems x {run.Recipe.Evaluation.VoteSamples} samples", "unbiased pass@k; majority@k over subsets of the samples, ties shared"));
    }

    private static string Corpus(RunEvidence run)
    {
        var m = run.Recipe.Family.Writers;
        return $"The corpus is a mixture of writers: {Percent(m.Careful)} careful, {Percent(m.SlipProne)} slip-prone, {Percent(m.SystematicallyWrong)} with a misconception applied every time, {Percent(m.GivesUpEarly)} who give up early. Test problems never occur in it, nor in reinforcement learning: the split is decided by a hash of the problem.";
    }

    private static ReportTable Table(RunEvidence run, RunEvidence? control)
    {
        var rows = new List<IReadOnlyList<ReportCell>>();
        void Add(string name, RunEvidence of, List<GradedSample>? all)
        {
            if (all is null) return;
            var s = of.First(all);
            rows.Add(
            [
                ReportCell.Of(name), ReportCell.Of(s.Count), ReportCell.Of(Measures.Accuracy(s)), ReportCell.Of(Measures.StepsRight(s)),
                ReportCell.Of(Measures.Length(s.Where(x => x.Grade.Correct > 0)), NumberStyle.Plain), ReportCell.Of(Measures.Length(s.Where(x => x.Grade.Correct == 0)), NumberStyle.Plain),
                ReportCell.Of(Measures.Rate(s, x => x.Truncated)),
            ]);
        }

        Add("before RL", run, run.Base);
        Add("after RL", run, run.Final);
        Add("control, before RL", control ?? run, control?.Base);
        Add("control, after RL", control ?? run, control?.Final);
        return new ReportTable("In numbers", ["", "n", "right", "every step right", "tokens, right", "tokens, wrong", "cut off"], rows, "Held-out problems at temperature 1; 95% intervals below the values.");
    }

    private static string Percent(double value) => double.IsFinite(value) ? $"{(100 * value).ToString("0", CultureInfo.InvariantCulture)}%" : "none";

    private static string Interval(Measured value) => $"95% interval {Percent(value.Low)} to {Percent(value.High)}";
}
