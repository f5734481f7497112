using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>Estimates with ends of one's own, for what reads them.</summary>
internal static class Estimates
{
    public static Estimate Of(double value, double low = double.NaN, double high = double.NaN, int n = 300) =>
        new(value, new Interval(low, high), n, n, n, double.IsNaN(low) ? EstimateMethod.None : EstimateMethod.Wilson);
}
