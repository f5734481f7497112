using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>What is known after one RL step: accuracy with its interval, and the mean length of thought of right and of wrong answers (NaN where there were none).</summary>
internal readonly record struct LearningPoint(int Step, Measured Accuracy, Measured RightLength, Measured WrongLength);

/// <summary>
/// Accuracy over RL steps beside the length of thought over RL steps, right and wrong answers apart: a thought that grows only
/// because wrong ones run on is not learning to think. The control without thought is a second accuracy curve.
/// </summary>
internal static class LearningFigure
{
    public static ReportFigure Build(string task, string accuracyTitle, IReadOnlyList<LearningPoint> points, IReadOnlyList<LearningPoint>? control, string sample, string howMade)
    {
        var steps = new ChartAxis("RL step");
        List<LineSeries> accuracy = [Series("with thought", ChartTone.Blue, points, point => point.Accuracy)];
        if (control is not null) accuracy.Add(Series("control without thought", ChartTone.Orange, control, point => point.Accuracy));
        var lengths = new LineChart("Length of thought", steps, new ChartAxis("tokens, mean", Minimum: 0),
            [Series("right answers", ChartTone.Green, points, point => point.RightLength), Series("wrong answers", ChartTone.Purple, points, point => point.WrongLength)]);
        return new ReportFigure([new LineChart("Accuracy", steps, ChartAxis.Share(accuracyTitle), accuracy), lengths],
            $"{task}: accuracy and length of thought while reinforcement learning goes on. Bands are 95% intervals.", sample, howMade);
    }

    /// <summary>Steps at which the quantity was not measured (no wrong answers left, say) have no point.</summary>
    private static LineSeries Series(string name, ChartTone tone, IReadOnlyList<LearningPoint> points, Func<LearningPoint, Measured> choose) =>
        new(name, tone, [.. points.Where(point => !double.IsNaN(choose(point).Value)).Select(point => choose(point).At(point.Step))], IntervalStyle.Band);
}
