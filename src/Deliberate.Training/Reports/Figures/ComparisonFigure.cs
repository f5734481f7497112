using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>One task: before RL, after RL, and the control that answers without thought (null where there is none).</summary>
internal sealed record Comparison(string Task, Measured Before, Measured After, Measured? Control);

/// <summary>Before, after and control as bars with 95% intervals, a group a task.</summary>
internal static class ComparisonFigure
{
    public static ReportFigure Build(string accuracyTitle, IReadOnlyList<Comparison> tasks, string sample, string howMade) => new(
        [new BarChart(tasks.Any(task => task.Control is not null) ? "Before, after, and without thought" : "Before and after", ChartAxis.Share(accuracyTitle), [.. tasks.Select(Group)])],
        "Held-out problems before and after reinforcement learning" + (tasks.Any(task => task.Control is not null) ? ", and a control that learned to answer at once" : "") + ". Whiskers are 95% intervals.", sample, howMade);

    private static BarGroup Group(Comparison task)
    {
        List<ChartBar> bars = [Bar("before RL", ChartTone.Slate, task.Before), Bar("after RL", ChartTone.Blue, task.After)];
        if (task.Control is { } control) bars.Add(Bar("control without thought", ChartTone.Orange, control));
        return new BarGroup(task.Task, bars);
    }

    private static ChartBar Bar(string name, ChartTone tone, Measured value) => new(name, tone, value.Value, value.Low, value.High);
}
