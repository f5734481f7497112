namespace Deliberate.Core;

/// <summary>A line of a table of statistics: a value, an interval, or both; null where it cannot be had.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Null where there is none, as for an interval of its own.</param>
/// <param name="Low">Lower end of the interval; null without one.</param>
/// <param name="High">Upper end.</param>
internal sealed record StatisticRow(string Name, double? Value, double? Low = null, double? High = null)
{
    public static StatisticRow Of(string name, double? value, Interval? interval) => new(name, value, interval?.Low, interval?.High);

    public static StatisticRow Of(string name, Estimate estimate) =>
        new($"{name} ({estimate.Method.Words()})", estimate.IsMeasured ? estimate.Value : null, estimate.HasInterval ? estimate.Low : null, estimate.HasInterval ? estimate.High : null);
}
