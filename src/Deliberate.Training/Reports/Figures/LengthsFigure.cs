using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Distribution of the length of thought before and after; the vertical lines are medians.</summary>
internal static class LengthsFigure
{
    public static ReportFigure Build(string task, IReadOnlyList<double> before, IReadOnlyList<double> after, string sample, string howMade) => new(
        [new Histogram("Length of thought, before and after", new ChartAxis("tokens of thought"), [new Distribution("before RL", ChartTone.Slate, before), new Distribution("after RL", ChartTone.Blue, after)])],
        $"{task}: how long the thoughts are. Vertical lines mark the medians.", sample, howMade);
}
