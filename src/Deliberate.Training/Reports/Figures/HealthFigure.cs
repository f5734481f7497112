using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>
/// Small multiples of what goes wrong first in RL: reward that does not rise, entropy that collapses, KL that runs off, clipping,
/// truncation, gradients that explode, samples of another engine or of older weights, and groups whose samples all got the same reward and so
/// teach nothing. What was not measured has no panel; nor have KL and clipping of updates where a step has one mini-batch, which are zero by construction.
/// </summary>
internal static class HealthFigure
{
    private sealed record Panel(RunMetric Metric, string Title, string Axis, ChartTone Tone, bool OfUpdates = false);

    private static readonly Panel Imitation = new(OptimizerMetrics.Supervised.Loss, "Loss while imitating", "nats a token", ChartTone.Slate);

    private static readonly IReadOnlyList<Panel> Panels =
    [
        new(SampleMetrics.Reinforcement.Reward, "Reward of training samples", "mean", ChartTone.Blue),
        new(ObjectiveMetrics.Entropy, "Entropy", "nats a token", ChartTone.Blue),
        new(ObjectiveMetrics.ReferenceKlK3, "KL from the reference policy", "nats a token", ChartTone.Purple),
        new(ObjectiveMetrics.ApproxKlK3, "KL of the updates", "nats a token", ChartTone.Purple, OfUpdates: true),
        new(ObjectiveMetrics.ClipFraction, "Clip fraction", "share", ChartTone.Orange, OfUpdates: true),
        new(CorrectionMetrics.DifferenceMean, "Distance from what sampled", "nats a token", ChartTone.Orange),
        new(SampleMetrics.Reinforcement.Truncated, "Truncated completions", "share", ChartTone.Ochre),
        new(OptimizerMetrics.Reinforcement.GradNorm, "Gradient norm", "before clipping", ChartTone.Slate),
        new(SampleMetrics.Reinforcement.ZeroDeviation, "Groups of zero standard deviation", "share with equal rewards", ChartTone.Green),
    ];

    /// <param name="steps">Metrics of supervised training and of reinforcement learning.</param>
    /// <param name="sample">n.</param>
    /// <param name="howMade">From where.</param>
    /// <param name="task">Which run, where the page has several.</param>
    public static ReportFigure Build(IReadOnlyList<MetricsRecord> steps, string sample, string howMade, string task = "")
    {
        var moves = steps.Any(step => Panels.Any(panel => panel.OfUpdates && step.Values.Find(panel.Metric) > 0));
        // Where another policy sampled, how far it was has a panel of its own.
        var isOwn = !moves && steps.Any(step => step.Values.Has(ObjectiveMetrics.ApproxKlK3)) && !steps.Any(step => step.Values.Has(CorrectionMetrics.DifferenceMean));
        var (panels, terms) = (new List<IChart>(), new List<ReportTerm>());
        foreach (var panel in Panels.Prepend(Imitation))
        {
            ChartPoint[] points = [.. steps.Where(step => step.Values.Has(panel.Metric)).Select(step => new ChartPoint(step.Step, step.Values[panel.Metric.Name])).Where(point => !double.IsNaN(point.Y))];
            if (points.Length == 0 || (panel.OfUpdates && !moves)) continue;
            var unit = panel.Metric.Unit;
            panels.Add(new LineChart(
                panel.Title, new ChartAxis(panel == Imitation ? "supervised step" : "RL step"), new ChartAxis(panel.Axis, unit.Style, unit.Minimum),
                [new LineSeries(panel.Title, panel.Tone, points, IntervalStyle.Band)]));
            terms.Add(RunWords.Term(panel.Metric));
        }

        return new ReportFigure(
            panels,
            (task.Length == 0 ? "What" : $"{task}: what") + " was watched while the model learned, one value a step."
                + (isOwn ? " Ratios between the updated and the sampling policy have no panel: each step has one mini-batch, whose policy is the one that sampled, to the bit." : ""),
            sample, howMade)
        { IsSmallMultiples = true, Terms = terms };
    }
}
