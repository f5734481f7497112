using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>A named curve over budgets or sample counts: its tone and its measured values, in order of x.</summary>
internal sealed record MeasuredCurve(string Name, ChartTone Tone, IReadOnlyList<(double X, Estimate Y)> Points)
{
    public LineSeries ToSeries() => new(Name, Tone, [.. Points.Select(point => point.Y.At(point.X))]);
}

/// <summary>Accuracy against the token budget, on a logarithmic axis: what more thinking at test time buys.</summary>
internal static class BudgetFigure
{
    public static ReportFigure Build(string task, string accuracyTitle, IReadOnlyList<MeasuredCurve> curves, string sample, string howMade) => new(
        [new LineChart("Accuracy against token budget", new ChartAxis("token budget of a completion (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share(accuracyTitle), [.. curves.Select(curve => curve.ToSeries())])],
        $"{task}: share of answers that are right when the completion may be at most so long. Whiskers are 95% intervals. The same samples are cut at each budget, so no curve can fall; where it rises, longer completions earned it.", sample,
        EstimateWords.Made(howMade, curves.SelectMany(curve => curve.Points).Select(point => point.Y)));
}
