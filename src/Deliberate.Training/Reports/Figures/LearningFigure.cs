using Deliberate.Core;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>
/// What is known after one step: accuracy, and the mean completion length of right and of wrong answers; where it is asked for,
/// the share with every step right.
/// </summary>
internal sealed record LearningPoint(int Step, Estimate Accuracy, Estimate RightLength, Estimate WrongLength, Estimate? StepsRight = null)
{
    public IEnumerable<Estimate> All => StepsRight is null ? [Accuracy, RightLength, WrongLength] : [Accuracy, StepsRight, RightLength, WrongLength];
}

/// <summary>
/// Accuracy over steps of learning beside the completion length, right and wrong answers apart: a length that grows only
/// because wrong ones run on is not learning to think. The control without thought is another accuracy curve.
/// </summary>
internal static class LearningFigure
{
    public static ReportFigure Build(string task, LearningWords learning, string accuracyTitle, IReadOnlyList<LearningPoint> points, IReadOnlyList<LearningPoint>? control, string sample, string howMade) => new(
        [Accuracy("Accuracy", learning, accuracyTitle, points, control), Lengths("Completion length", learning, points)],
        $"{task}: accuracy and completion length while {learning.Long} goes on. Bands are 95% intervals.", sample,
        EstimateWords.Made(howMade, points.SelectMany(p => p.All).Concat((control ?? []).Select(p => p.Accuracy))));

    public static LineChart Accuracy(string title, LearningWords learning, string accuracyTitle, IReadOnlyList<LearningPoint> points, IReadOnlyList<LearningPoint>? control)
    {
        List<LineSeries> series = [Series("answer right", ChartTone.Blue, points, point => point.Accuracy)];
        if (points.Any(point => point.StepsRight is not null)) series.Add(Series("every step right", ChartTone.Green, points, point => point.StepsRight));
        if (control is not null) series.Add(Series("control without thought", ChartTone.Orange, control, point => point.Accuracy));
        return new LineChart(title, new ChartAxis(learning.Step), ChartAxis.Share(accuracyTitle, points.Concat(control ?? []).SelectMany(p => new[] { p.Accuracy, p.StepsRight }).OfType<Estimate>()), series);
    }

    public static LineChart Lengths(string title, LearningWords learning, IReadOnlyList<LearningPoint> points) => new(title, new ChartAxis(learning.Step), new ChartAxis("tokens, mean", Minimum: 0),
        [Series("right answers", ChartTone.Green, points, point => point.RightLength), Series("wrong answers", ChartTone.Purple, points, point => point.WrongLength)]);

    /// <summary>Steps at which the quantity was not measured (no wrong answers left, say) have no point.</summary>
    private static LineSeries Series(string name, ChartTone tone, IReadOnlyList<LearningPoint> points, Func<LearningPoint, Estimate?> choose) =>
        new(name, tone, [.. points.Where(point => choose(point) is { IsMeasured: true }).Select(point => choose(point)!.At(point.Step))], IntervalStyle.Band);
}
