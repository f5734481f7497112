using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Distribution of the length of thought before and after; the vertical lines are medians.</summary>
internal static class LengthsFigure
{
    public static ReportFigure Build(string task, LearningWords learning, IReadOnlyList<double> before, IReadOnlyList<double> after, string sample, string howMade) => new(
        [new Histogram("Length of thought, before and after", new ChartAxis("tokens of thought"), [new Distribution(learning.Before, ChartTone.Slate, before), new Distribution(learning.After, ChartTone.Blue, after)])],
        $"{task}: how long the thoughts are. Vertical lines mark the medians.", sample, howMade);
}
