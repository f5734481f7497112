using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>Distribution of the completion length before and after; the vertical lines are medians.</summary>
internal static class LengthsFigure
{
    public static ReportFigure Build(string task, LearningWords learning, IReadOnlyList<double> before, IReadOnlyList<double> after, string sample, string howMade) => new(
        [new Histogram("Completion length, before and after", new ChartAxis("tokens"), [new Distribution(learning.Before, ChartTone.Slate, before), new Distribution(learning.After, ChartTone.Blue, after)])],
        $"{task}: how long the completions are. Vertical lines mark the medians.", sample, howMade);
}
