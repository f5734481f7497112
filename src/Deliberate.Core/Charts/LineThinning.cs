namespace Deliberate.Core;

/// <summary>
/// Keeps a file small when a run has more steps than a chart has pixels: of each stretch of points it keeps the first, the
/// lowest, the highest and the last, so that the line and its extremes look the same.
/// </summary>
internal static class LineThinning
{
    public static IReadOnlyList<ChartPoint> Thin(IReadOnlyList<ChartPoint> points, int stretches)
    {
        if (points.Count <= stretches * 4) return points;
        var kept = new List<ChartPoint>(stretches * 4);
        for (var i = 0; i < stretches; i++)
        {
            var from = (int)((long)i * points.Count / stretches);
            var to = (int)((long)(i + 1) * points.Count / stretches);
            var (lowest, highest) = (from, from);
            for (var at = from; at < to; at++)
            {
                if (points[at].Y < points[lowest].Y) lowest = at;
                if (points[at].Y > points[highest].Y) highest = at;
            }

            var last = -1;
            ReadOnlySpan<int> chosen = [from, Math.Min(lowest, highest), Math.Max(lowest, highest), to - 1];
            foreach (var at in chosen)
            {
                if (at <= last) continue;
                kept.Add(points[at]);
                last = at;
            }
        }

        return kept;
    }
}
