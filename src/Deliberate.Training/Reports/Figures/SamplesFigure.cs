using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Accuracy against the number of samples: pass@k (some sample is right: what a perfect selector could reach) and majority@k (the
/// most frequent answer is right: what voting does reach).
/// </summary>
internal static class SamplesFigure
{
    public static ReportFigure Build(string task, IReadOnlyList<(int K, Measured Pass, Measured Majority)> points, string sample, string howMade) => new(
        [new LineChart("Accuracy against number of samples", new ChartAxis("samples per problem, k (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share("share of problems solved"),
        [
            new LineSeries("pass@k", ChartTone.Blue, [.. points.Select(point => point.Pass.At(point.K))]),
            new LineSeries("majority@k", ChartTone.Orange, [.. points.Select(point => point.Majority.At(point.K))]),
        ])],
        $"{task}: pass@k counts a problem when any of k samples is right, majority@k when the most frequent answer is. Whiskers are 95% intervals.", sample, howMade);
}
