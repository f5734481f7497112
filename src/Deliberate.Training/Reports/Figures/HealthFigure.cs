using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The watched quantities of one RL step. Entropy and KL in nats a token; shares between 0 and 1; NaN where not measured.
/// <paramref name="Kl"/> is that from the policy that RL began with (the reference), <paramref name="UpdateKl"/> that of the updates to the policy that sampled.
/// </summary>
internal readonly record struct HealthPoint(
    int Step, double Entropy, double Kl, double ClipFraction, double TruncatedShare, double GradientNorm, double UniformGroups, double Reward = double.NaN, double UpdateKl = double.NaN);

/// <summary>
/// Small multiples of what goes wrong first in RL: reward that does not rise, entropy that collapses, KL that runs off, clipping,
/// truncation, gradients that explode, and groups whose samples all got the same reward and so teach nothing. What was not
/// measured has no panel; nor have KL and clipping of updates where each batch has one, which are zero by construction.
/// </summary>
internal static class HealthFigure
{
    /// <param name="points">One a step of RL.</param>
    /// <param name="sample">n.</param>
    /// <param name="howMade">From where.</param>
    /// <param name="task">Which run, where the page has several.</param>
    /// <param name="imitation">Loss of supervised training, nats a token; empty where there was none.</param>
    public static ReportFigure Build(IReadOnlyList<HealthPoint> points, string sample, string howMade, string task = "", IReadOnlyList<(int Step, double Loss)>? imitation = null)
    {
        var panels = new List<IChart>();
        if (imitation is { Count: > 0 })
            panels.Add(new LineChart("Loss while imitating", new ChartAxis("supervised step"), new ChartAxis("nats a token", Minimum: 0), [new LineSeries("Loss while imitating", ChartTone.Slate, [.. imitation.Select(point => new ChartPoint(point.Step, point.Loss))], IntervalStyle.Band)]));
        void Add(string title, ChartAxis y, ChartTone tone, Func<HealthPoint, double> choose)
        {
            var series = new LineSeries(title, tone, [.. points.Where(point => !double.IsNaN(choose(point))).Select(point => new ChartPoint(point.Step, choose(point)))], IntervalStyle.Band);
            if (series.Points.Count > 0) panels.Add(new LineChart(title, new ChartAxis("RL step"), y, [series]));
        }

        var share = new ChartAxis("share", NumberStyle.Percent, Minimum: 0);
        Add("Reward of training samples", new ChartAxis("mean"), ChartTone.Blue, point => point.Reward);
        Add("Entropy", new ChartAxis("nats a token", Minimum: 0), ChartTone.Blue, point => point.Entropy);
        Add("KL from the start", new ChartAxis("nats a token", Minimum: 0), ChartTone.Purple, point => point.Kl);
        var moves = points.Any(point => point.UpdateKl > 0 || point.ClipFraction > 0);
        if (moves)
        {
            Add("KL of the updates", new ChartAxis("nats a token", Minimum: 0), ChartTone.Purple, point => point.UpdateKl);
            Add("Clipped tokens", share, ChartTone.Orange, point => point.ClipFraction);
        }

        Add("Truncated answers", share, ChartTone.Ochre, point => point.TruncatedShare);
        Add("Gradient norm", new ChartAxis("before clipping", Minimum: 0), ChartTone.Slate, point => point.GradientNorm);
        Add("Groups that teach nothing", new ChartAxis("share with equal rewards", NumberStyle.Percent, Minimum: 0), ChartTone.Green, point => point.UniformGroups);
        return new ReportFigure(
            panels,
            (task.Length == 0 ? "What" : $"{task}: what") + " was watched while the model learned, one value a step."
                + (moves || !points.Any(point => point.UpdateKl == 0) ? "" : " Ratios between the updated and the sampling policy have no panel: each batch has one update, whose policy is the one that sampled, to the bit."),
            sample, howMade)
        { IsSmallMultiples = true };
    }
}
