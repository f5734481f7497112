using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>A metric of a run, drawn.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Svg">The chart.</param>
internal sealed record MetricPanel(string Name, string Meaning, string Svg);

/// <summary>Panels under one heading.</summary>
internal sealed record MetricPanelGroup(string Title, IReadOnlyList<RunMetric> Metrics);

/// <summary>
/// The curves of a run's metrics, in the groups of <see cref="MetricList"/>, those that tell first how learning goes before all others.
/// Two runs are drawn over each other in one panel.
/// </summary>
internal static class MetricPanels
{
    private static readonly RunMetric[] First =
    [
        SampleMetrics.Reinforcement.Reward, SampleMetrics.Reinforcement.Accuracy, SampleMetrics.Reinforcement.CompletionLength,
        ObjectiveMetrics.Entropy, ObjectiveMetrics.ReferenceKlK3, ObjectiveMetrics.ClipFraction,
        SampleMetrics.Reinforcement.ZeroDeviation, SampleMetrics.Reinforcement.Truncated, OptimizerMetrics.Reinforcement.GradNorm,
        SampleMetrics.ExpertIteration.Accuracy, SampleMetrics.ExpertIteration.CompletionLength, OptimizerMetrics.ExpertIteration.Loss,
        OptimizerMetrics.Supervised.Loss, OptimizerMetrics.Supervised.GradNorm, OptimizerMetrics.Supervised.LearningRate,
    ];

    /// <summary>A line of the key for each run, and the plot no lower.</summary>
    private static readonly ChartSize WithKey = ChartSize.Small with { Height = ChartSize.Small.Height + 36 };

    /// <summary>The groups that have anything measured, families filled in.</summary>
    public static IReadOnlyList<MetricPanelGroup> Groups(IEnumerable<MetricsRecord> records)
    {
        var names = records.SelectMany(r => r.Values.Keys).ToHashSet(StringComparer.Ordinal);
        var watched = First.Where(m => names.Contains(m.Name)).ToArray();
        MetricPanelGroup[] groups =
        [
            new("What to watch", watched),
            .. MetricList.Groups.Select(g => new MetricPanelGroup(g.Title, [.. g.Metrics.SelectMany(m => Measured(m, names)).Where(m => !watched.Contains(m))])),
            // Of a program that is newer than this one.
            new("Others", [.. names.Where(n => MetricList.Find(n) is null).Order(StringComparer.Ordinal).Select(n => new RunMetric(n, MetricUnit.Number, "", ""))]),
        ];
        return [.. groups.Where(g => g.Metrics.Count > 0)];
    }

    /// <param name="metric">What is drawn.</param>
    /// <param name="runs">Whose; one is drawn without a name.</param>
    /// <param name="smoothing">Of the moving average, from 0 for none to below 1.</param>
    public static MetricPanel Draw(RunMetric metric, IReadOnlyList<(string Name, IReadOnlyList<MetricsRecord> Records)> runs, double smoothing)
    {
        ChartTone[] tones = runs.Count == 1 ? [ChartTone.Blue] : [ChartTone.Slate, ChartTone.Blue];
        var series = runs.Select((run, i) =>
        {
            ChartPoint[] points = [.. run.Records.Where(r => r.Values.Has(metric)).Select(r => new ChartPoint(r.Step, r.Values[metric.Name]))];
            return new LineSeries(runs.Count == 1 ? metric.Name : run.Name, tones[i], smoothing > 0 ? Smooth(points, smoothing) : points, IntervalStyle.Band);
        });
        var chart = new LineChart(metric.Name, new ChartAxis("step"), new ChartAxis(metric.Unit.Name + (smoothing > 0 ? ", smoothed" : ""), metric.Unit.Style, metric.Unit.Minimum), [.. series]);
        return new MetricPanel(metric.Name, metric.Meaning, chart.Render(runs.Count == 1 ? ChartSize.Small : WithKey));
    }

    /// <summary>An exponential moving average that starts at the first value instead of at 0: y += (1 - s)(x - y), its weight made up to 1.</summary>
    internal static ChartPoint[] Smooth(ChartPoint[] points, double smoothing)
    {
        var (mean, weight) = (0.0, 0.0);
        return
        [
            .. points.Where(p => double.IsFinite(p.Y)).Select(p =>
            {
                mean = smoothing * mean + (1 - smoothing) * p.Y;
                weight = smoothing * weight + (1 - smoothing);
                return new ChartPoint(p.X, mean / weight);
            }),
        ];
    }

    private static IEnumerable<RunMetric> Measured(RunMetric metric, HashSet<string> names) => metric.IsFamily
        ? names.Where(metric.Is).Order(StringComparer.Ordinal).Select(n => metric with { Name = n })
        : names.Contains(metric.Name) ? [metric] : [];
}
