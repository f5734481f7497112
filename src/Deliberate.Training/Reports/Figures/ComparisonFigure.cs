using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>One task: before learning, after it, and the control that answers without thought (null where there is none).</summary>
internal sealed record Comparison(string Task, Estimate Before, Estimate After, Estimate? Control)
{
    /// <summary>The model that the run started from, where imitation lies between it and <see cref="Before"/>; null where that was not measured.</summary>
    public Estimate? Start { get; init; }

    /// <summary>before imitation.</summary>
    public string StartWords { get; init; } = "";
}

/// <summary>Before, after and control as bars with 95% intervals, a group a task.</summary>
internal static class ComparisonFigure
{
    public static ReportFigure Build(LearningWords learning, string accuracyTitle, IReadOnlyList<Comparison> tasks, string sample, string howMade) => new(
        [new BarChart(tasks.Any(task => task.Control is not null) ? "Before, after, and without thought" : "Before and after", ChartAxis.Share(accuracyTitle, tasks.SelectMany(Drawn)), [.. tasks.Select(task => Group(learning, task))])],
        $"Held-out problems before and after {learning.Long}" + (tasks.Any(task => task.Control is not null) ? ", and a control that learned to answer at once" : "") + ". Whiskers are 95% intervals.", sample,
        EstimateWords.Made(howMade, tasks.SelectMany(Drawn)));

    private static IEnumerable<Estimate> Drawn(Comparison task) => new[] { task.Start, task.Before, task.After, task.Control }.OfType<Estimate>();

    private static BarGroup Group(LearningWords learning, Comparison task)
    {
        List<ChartBar> bars = [.. task.Start is { } start ? [start.Bar(task.StartWords, ChartTone.Purple)] : Array.Empty<ChartBar>(), task.Before.Bar(learning.Before, ChartTone.Slate), task.After.Bar(learning.After, ChartTone.Blue)];
        if (task.Control is { } control) bars.Add(control.Bar("control without thought", ChartTone.Orange));
        return new BarGroup(task.Task, bars);
    }
}
