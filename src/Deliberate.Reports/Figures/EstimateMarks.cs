using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>From an estimate to what a chart draws of it.</summary>
internal static class EstimateMarks
{
    public static ChartPoint At(this Estimate estimate, double x) => new(x, estimate.Value, estimate.Low, estimate.High);

    public static ChartBar Bar(this Estimate estimate, string name, ChartTone tone) => new(name, tone, estimate.Value, estimate.Low, estimate.High);
}
