using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Reports;

/// <summary>A model's pass@k and majority@k.</summary>
internal sealed record SampleCurves(string Name, ChartTone Tone, IReadOnlyList<SampleVotes> Points);

/// <summary>
/// Accuracy against the number of samples: pass@k (some sample is right: what a perfect selector could reach) beside majority@k
/// (the most frequent answer is right: what voting does reach), a curve a model.
/// </summary>
internal static class SamplesFigure
{
    public static ReportFigure Build(string task, IReadOnlyList<SampleCurves> models, string sample, string howMade) => new(
        [Panel("pass@k: some sample is right", models, point => point.Pass), Panel("majority@k: the most frequent answer is right", models, point => point.Majority)],
        $"{task}: what more samples of the same problem buy. pass@k counts a problem when any of k samples is right, majority@k when the most frequent answer is. Whiskers are 95% intervals.", sample,
        EstimateWords.Made(howMade, models.SelectMany(model => model.Points).SelectMany(point => new[] { point.Pass, point.Majority })));

    private static LineChart Panel(string title, IReadOnlyList<SampleCurves> models, Func<SampleVotes, Estimate> choose) => new(
        title, new ChartAxis("samples per problem, k (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share("share of problems solved"),
        [.. models.Select(model => new LineSeries(model.Name, model.Tone, [.. model.Points.Select(point => choose(point).At(point.K))]))]);
}
