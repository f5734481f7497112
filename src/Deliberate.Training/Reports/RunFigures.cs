using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>The figures of runs, from their evaluation files; each names its n, split, temperature and making.</summary>
internal static class RunFigures
{
    private const string AnswersRight = "share of answers right";

    /// <summary>How evaluations sample from the model.</summary>
    private static string Sampling(params IEnumerable<RunEvidence> runs) =>
        string.Join(" or ", runs.Select(run => run.Recipe.Evaluation).DistinctBy(e => e.Temperature).Select(e => e.Temperature == 0 ? "the most likely completion" : $"sampled {e.Drawn}, no filter"));

    public static ReportFigure Learning(RunEvidence run, RunEvidence? control) => LearningFigure.Build(
        RunWords.Name(run), run.Learning, "share of held-out answers", Points(run, run.Evaluations), control is null ? null : Points(control, control.Evaluations), Counts(run),
        $"{Sampling(run)}, after so many {run.Learning.Steps}") with
    { Terms = [.. Terms(run)] };

    /// <summary>Accuracy and length of a run, for a picture outside the report.</summary>
    public static IReadOnlyList<IChart> Picture(RunEvidence run, RunEvidence? control)
    {
        var points = Points(run, run.Evaluations);
        return
        [
            LearningFigure.Accuracy($"{RunWords.Name(run)}: accuracy", run.Learning, $"share of held-out answers, n = {Last(run)}", points, control is null ? null : Points(control, control.Evaluations)),
            LearningFigure.Lengths($"{RunWords.Name(run)}: completion length", run.Learning, points),
        ];
    }

    /// <summary>All tasks by the share of right answers, a group a run; those that are finished.</summary>
    public static ReportFigure Comparison(IReadOnlyList<(RunEvidence Run, RunEvidence? Control)> runs) => ComparisonFigure.Build(
        LearningWords.Of([.. runs.Select(r => r.Run)]), AnswersRight, [.. runs.Select(r => Compared(RunWords.Name(r.Run), r.Run, r.Control, SampleMeasure.Accuracy))],
        string.Join("; ", runs.Select(r => $"{RunWords.Name(r.Run)}: {RunWords.Count(r.Run, r.Run.First(r.Run.Final!))}")), Sampling(runs.Select(r => r.Run)));

    /// <summary>One run, by right answers and, where it thinks, by every step right.</summary>
    public static ReportFigure Comparison(RunEvidence run, RunEvidence? control)
    {
        List<Comparison> groups = [Compared("answer right", run, control, SampleMeasure.Accuracy)];
        if (run.Thinks) groups.Add(Compared("answer and every step right", run, null, SampleMeasure.StepsRight));
        return ComparisonFigure.Build(run.Learning, "share of held-out answers", groups, RunWords.Count(run, run.First(run.Final!)), Sampling(run));
    }

    public static ReportFigure Budgets(RunEvidence run, IReadOnlyList<ScoredSample> before, IReadOnlyList<ScoredSample> after)
    {
        MeasuredCurve Curve(string name, ChartTone tone, IReadOnlyList<ScoredSample> samples) => new(name, tone, [.. run.Budgets.Select(b => ((double)b, SampleMeasure.Within(b).Of(samples)))]);
        return BudgetFigure.Build(
            RunWords.Name(run), AnswersRight, [Curve(run.Learning.Before, ChartTone.Slate, before), Curve(run.Learning.After, ChartTone.Blue, after)], RunWords.Count(run, after),
            $"{Sampling(run)}; a sample counts as right within a budget if it is right and its completion, answer and end included, is no longer; the model is not told the budget");
    }

    /// <summary>Null where no problem has several samples.</summary>
    public static ReportFigure? Votes(RunEvidence run, IReadOnlyList<ScoredSample> before, IReadOnlyList<ScoredSample> after)
    {
        var (earlier, later) = (SampleVotes.Of(before, run.Recipe.Evaluation.Seed), SampleVotes.Of(after, run.Recipe.Evaluation.Seed));
        if (later.Count < 2 || earlier.Count < 2) return null;
        var problems = after.Where(s => s.IsJudged).GroupBy(s => s.Problem.Index).Where(g => g.Count() > 1).ToArray();
        return SamplesFigure.Build(
            RunWords.Name(run), [new SampleCurves(run.Learning.Before, ChartTone.Slate, earlier), new SampleCurves(run.Learning.After, ChartTone.Blue, later)],
            string.Create(CultureInfo.InvariantCulture, $"{problems.Length} held-out problems ({RunWords.Split(run)}), {problems.Min(g => g.Count())} samples each"),
            $"{Sampling(run)}; the unbiased estimator of pass@k, and majority@k over all subsets of k samples, ties shared");
    }

    public static ReportFigure Lengths(RunEvidence run, IReadOnlyList<ScoredSample> before, IReadOnlyList<ScoredSample> after) => LengthsFigure.Build(
        RunWords.Name(run), run.Learning, [.. before.Select(s => (double)s.CompletionTokens)], [.. after.Select(s => (double)s.CompletionTokens)], RunWords.Count(run, after),
        $"{Sampling(run)}; tokens of the completion, right and wrong answers together");

    /// <summary>What the evaluations say, one point a step: of several the last, which asked more problems.</summary>
    public static List<LearningPoint> Points(RunEvidence run, IReadOnlyList<(int Step, string Name, List<ScoredSample> Samples)> evaluations) =>
    [
        .. evaluations.Select(e =>
        {
            var samples = run.First(e.Samples);
            return new LearningPoint(
                e.Step, SampleMeasure.Accuracy.Of(samples), SampleMeasure.CompletionLengthRight.Of(samples), SampleMeasure.CompletionLengthWrong.Of(samples), run.Thinks ? SampleMeasure.StepsRight.Of(samples) : null);
        }).GroupBy(p => p.Step).Select(g => g.Last()),
    ];

    /// <summary>The metrics that the points of learning are.</summary>
    private static IEnumerable<ReportTerm> Terms(RunEvidence run)
    {
        var names = EvaluationMetrics.Run;
        IEnumerable<RunMetric> metrics = run.Thinks ? [names.Accuracy, names.AllStepsRight] : [names.Accuracy];
        return metrics.Concat([names.CompletionLengthRight, names.CompletionLengthWrong]).Select(RunWords.Term);
    }

    private static Comparison Compared(string name, RunEvidence run, RunEvidence? control, SampleMeasure measure) =>
        new(name, measure.Of(run.First(run.Base!)), measure.Of(run.First(run.Final!)), control?.Final is { } direct ? measure.Of(control.First(direct)) : null)
        {
            Start = run is { Facts.Learns: true, Start: { } start } ? measure.Of(run.First(start)) : null,
            StartWords = LearningWords.OfImitation(run.Facts).Before,
        };

    /// <summary>Problems of the evaluations at the ends, and of those in between, as each recorded them.</summary>
    public static string Counts(RunEvidence run)
    {
        var ends = RunWords.Count(run, run.First(run.Evaluations[^1].Samples));
        var between = run.Evaluations.Where(e => e.Name is not (RunFolder.Start or RunFolder.Base or RunFolder.Expert or RunFolder.Final)).Select(e => Problems(run, e.Samples)).Distinct().Order().ToArray();
        return between.Length == 0 || run.Final is null ? ends : $"{ends}; {string.Join(" or ", between)} problems at the points in between";
    }

    private static int Last(RunEvidence run) => run.Evaluations.Count == 0 ? 0 : Problems(run, run.Evaluations[^1].Samples);

    private static int Problems(RunEvidence run, IReadOnlyList<ScoredSample> samples) => run.First(samples).DistinctBy(SampleMeasure.Problem).Count();
}
