using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>From a measured value to a point of a chart.</summary>
internal static class MeasuredPoints
{
    public static ChartPoint At(this Measured value, double x) => new(x, value.Value, value.Low, value.High);
}
