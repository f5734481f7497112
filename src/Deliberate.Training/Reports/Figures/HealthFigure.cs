using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>The watched quantities of one RL step. Entropy and KL in nats a token; shares between 0 and 1; NaN where not measured.</summary>
internal readonly record struct HealthPoint(int Step, double Entropy, double Kl, double ClipFraction, double TruncatedShare, double GradientNorm, double UniformGroups);

/// <summary>
/// Small multiples of what goes wrong first in RL: entropy that collapses, KL that runs off, clipping, truncation, gradients that
/// explode, and groups whose samples all got the same reward and so teach nothing.
/// </summary>
internal static class HealthFigure
{
    public static ReportFigure Build(IReadOnlyList<HealthPoint> points, string sample, string howMade) => new(
        [
            Panel("Entropy", new ChartAxis("nats a token", Minimum: 0), ChartTone.Blue, points, point => point.Entropy),
            Panel("KL to the reference", new ChartAxis("nats a token", Minimum: 0), ChartTone.Purple, points, point => point.Kl),
            Panel("Clipped tokens", new ChartAxis("share", NumberStyle.Percent, Minimum: 0), ChartTone.Orange, points, point => point.ClipFraction),
            Panel("Truncated answers", new ChartAxis("share", NumberStyle.Percent, Minimum: 0), ChartTone.Ochre, points, point => point.TruncatedShare),
            Panel("Gradient norm", new ChartAxis("before clipping", Minimum: 0), ChartTone.Slate, points, point => point.GradientNorm),
            Panel("Groups that teach nothing", new ChartAxis("share with equal rewards", NumberStyle.Percent, Minimum: 0), ChartTone.Green, points, point => point.UniformGroups),
        ],
        "What was watched while the model learned, one value a step.", sample, howMade)
    {
        IsSmallMultiples = true,
    };

    private static LineChart Panel(string title, ChartAxis y, ChartTone tone, IReadOnlyList<HealthPoint> points, Func<HealthPoint, double> choose) =>
        new(title, new ChartAxis("RL step"), y, [new LineSeries(title, tone, [.. points.Select(point => new ChartPoint(point.Step, choose(point)))], IntervalStyle.Band)]);
}
