using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>One task: before learning, after it, and the control that answers without thought (null where there is none).</summary>
internal sealed record Comparison(string Task, Measured Before, Measured After, Measured? Control);

/// <summary>Before, after and control as bars with 95% intervals, a group a task.</summary>
internal static class ComparisonFigure
{
    public static ReportFigure Build(LearningWords learning, string accuracyTitle, IReadOnlyList<Comparison> tasks, string sample, string howMade) => new(
        [new BarChart(tasks.Any(task => task.Control is not null) ? "Before, after, and without thought" : "Before and after", ChartAxis.Share(accuracyTitle), [.. tasks.Select(task => Group(learning, task))])],
        $"Held-out problems before and after {learning.Long}" + (tasks.Any(task => task.Control is not null) ? ", and a control that learned to answer at once" : "") + ". Whiskers are 95% intervals.", sample, howMade);

    private static BarGroup Group(LearningWords learning, Comparison task)
    {
        List<ChartBar> bars = [Bar(learning.Before, ChartTone.Slate, task.Before), Bar(learning.After, ChartTone.Blue, task.After)];
        if (task.Control is { } control) bars.Add(Bar("control without thought", ChartTone.Orange, control));
        return new BarGroup(task.Task, bars);
    }

    private static ChartBar Bar(string name, ChartTone tone, Measured value) => new(name, tone, value.Value, value.Low, value.High);
}
