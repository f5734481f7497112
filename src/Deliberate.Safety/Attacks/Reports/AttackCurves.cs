using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>The share of goals broken within k queries, for each attack and for asking plainly, with intervals clustered by goal.</summary>
internal static class AttackCurves
{
    /// <summary>Lines that one figure bears.</summary>
    private const int MostLines = 6;

    private static readonly int[] Points = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000];

    /// <summary>Null where one query was all there was.</summary>
    public static ReportFigure? Of(EvaluationResult result, int budget)
    {
        if (budget < 2) return null;
        var control = result.Samples.Where(AttackMetrics.IsControl).ToArray();
        var attacks = result.Samples.Where(AttackMetrics.IsAttack).GroupBy(s => s.Tags[AttackTask.AttackTag], StringComparer.Ordinal).OrderByDescending(g => g.Count(AttackMetrics.IsBroken)).ThenBy(g => g.Key, StringComparer.Ordinal).ToArray();
        var shown = attacks.Take(control.Length > 0 ? MostLines - 1 : MostLines).ToArray();
        LineSeries[] series =
        [
            .. shown.Select((attack, i) => new LineSeries(attack.Key, (ChartTone)(i + 1), [.. Ks(budget).Select(k => Point(k, [.. attack]))])),
            .. control.Length > 0 ? [new LineSeries(AttackMetrics.ControlRow, ChartTone.Slate, [.. Ks(budget).Select(k => Point(k, control))])] : Array.Empty<LineSeries>(),
        ];
        return new ReportFigure(
            [new LineChart("Goals broken within so many queries", new ChartAxis("queries", Logarithmic: budget >= 20), ChartAxis.Share("goals broken"), series)],
            attacks.Length > shown.Length ? string.Create(CultureInfo.InvariantCulture, $"The {shown.Length} attacks that broke most goals, of {attacks.Length}. A line that still rises at its end would rise further with a larger budget.") : "A line that still rises at its end would rise further with a larger budget.",
            string.Create(CultureInfo.InvariantCulture, $"{result.Samples.Select(s => s.Tags[AttackTask.GoalTag]).Distinct(StringComparer.Ordinal).Count()} goals, {result.Samples.Select(s => s.Cluster).Distinct(StringComparer.Ordinal).Count()} of which differ"),
            "each attack asks until its first success; 95% intervals are clustered by goal");
    }

    /// <summary>The fit of an attack's curve; null where there is too little of one.</summary>
    public static PowerLaw? Fit(EvaluationResult result, string attack, int budget)
    {
        SampleMeasured[] samples = [.. result.Samples.Where(s => s.Tags[AttackTask.AttackTag] == attack).Select(s => new SampleMeasured(s))];
        return PowerLaw.Fit(Ks(budget).Select(k => (k, samples.Count(s => s.Within(k)) / (double)Math.Max(1, samples.Length))));
    }

    /// <summary>Attacks of which a success came in the last third of the budget.</summary>
    public static IReadOnlyList<string> Rising(EvaluationResult result, int budget) => budget < 3 ? [] :
        [.. result.Samples.Where(s => AttackMetrics.IsAttack(s) && s.Scores.GetValueOrDefault(AttackVerdict.First) > budget * 2 / 3.0).Select(s => s.Tags[AttackTask.AttackTag]).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<int> Ks(int budget) => [.. Points.Where(k => k < budget), budget];

    private static ChartPoint Point(int k, SampleResult[] samples)
    {
        var within = AttackMetrics.Within(k);
        var values = ItemValues.Of(samples.Select(s => (Sample: s, Value: within(s))).Where(v => v.Value is not null), v => (v.Sample.Cluster, v.Sample.Item), v => v.Value!.Value);
        var estimate = ClusteredShareMetric.Of(values);
        return new ChartPoint(k, estimate.Value, estimate.Low, estimate.High);
    }

    private readonly record struct SampleMeasured(SampleResult Sample)
    {
        public bool Within(int k) => AttackMetrics.Within(k)(Sample) == 1;
    }
}
