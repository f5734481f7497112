namespace Deliberate.Core;

/// <summary>
/// Where an axis puts its ticks: multiples of 1, 2, 2.5 or 5 times a power of ten on a linear axis; 1, 2 and 5 a decade on a
/// logarithmic one (only 1 where there are many decades).
/// </summary>
internal static class Ticks
{
    /// <summary>About <paramref name="count"/> ticks that cover [low, high]; the first is at or below low, the last at or above high.</summary>
    public static double[] Linear(double low, double high, int count)
    {
        if (!(high > low))
        {
            var room = low == 0 ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - room, high + room);
        }

        var step = Step((high - low) / Math.Max(1, count));
        var first = Math.Floor(low / step + 1e-9);
        var last = Math.Ceiling(high / step - 1e-9);
        var ticks = new double[(int)(last - first) + 1];
        for (var i = 0; i < ticks.Length; i++) ticks[i] = Math.Round((first + i) * step / step, 9) * step;
        return ticks;
    }

    /// <summary>Ticks inside [low, high], both above zero.</summary>
    public static double[] Logarithmic(double low, double high)
    {
        var decades = Math.Log10(high / low);
        ReadOnlySpan<double> factors = decades > 3 ? [1] : [1, 2, 5];
        var ticks = new List<double>();
        for (var power = (int)Math.Floor(Math.Log10(low)); power <= (int)Math.Ceiling(Math.Log10(high)); power++)
        {
            foreach (var factor in factors)
            {
                var tick = factor * Math.Pow(10, power);
                if (tick >= low * 0.999999 && tick <= high * 1.000001) ticks.Add(tick);
            }
        }

        return ticks.Count > 0 ? [.. ticks] : [low];
    }

    /// <summary>The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is at least <paramref name="rough"/>.</summary>
    private static double Step(double rough)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var share = rough / unit;
        return unit * (share <= 1.0001 ? 1 : share <= 2.0001 ? 2 : share <= 2.5001 ? 2.5 : share <= 5.0001 ? 5 : 10);
    }
}
