using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A pool's curves over n.</summary>
internal static class PoolChart
{
    private static readonly ChartTone[] Tones = [ChartTone.Blue, ChartTone.Orange, ChartTone.Green, ChartTone.Purple, ChartTone.Slate];

    public static LineChart Of(IReadOnlyList<PoolPoint> points)
    {
        var names = points[0].Values.Select(v => v.Name).ToArray();
        return new LineChart(
            "Accuracy of choosing among n samples", new ChartAxis("samples per problem, n (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share("share of problems solved"),
            [.. names.Select((name, i) => new LineSeries(name, Tones[i], [.. points.Select(p => p.Values.ElementAt(i).Value).Zip(points, (value, p) => new ChartPoint(p.N, value.Value, value.Low, value.High))]))]);
    }
}
