namespace Deliberate.Core;

/// <summary>
/// What an axis shows: quantity and unit, how ticks are written, what it covers at least (data beyond the minimum and maximum
/// widen it), whether it is logarithmic (for budgets and sample counts; values above zero), and whether its ticks stand at the
/// values measured, where they are few.
/// </summary>
internal sealed record ChartAxis(string Title, NumberStyle Style = NumberStyle.Plain, double? Minimum = null, double? Maximum = null, bool Logarithmic = false, bool TicksAtData = false)
{
    private const double Small = 0.2;

    /// <summary>A share from 0% to 100%.</summary>
    public static ChartAxis Share(string title) => new(title, NumberStyle.Percent, 0, 1);

    /// <summary>The same for shares that are drawn with their intervals: where all of them lie below a fifth, from 0% to the highest, for at the foot of an axis to 100% nobody could tell them apart.</summary>
    public static ChartAxis Share(string title, IEnumerable<Estimate> drawn) =>
        drawn.All(e => e is { IsMeasured: false } or { Value: < Small, High: not >= Small }) ? new(title, NumberStyle.Percent, 0) : Share(title);
}

/// <summary>
/// An axis laid out over pixels: linear or logarithmic position of a value, and the ticks. Built from the values that the chart
/// will draw, which are all finite (and above zero on a logarithmic axis).
/// </summary>
internal sealed class AxisScale
{
    private readonly ChartAxis _axis;
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;

    /// <summary>Lays the axis between two pixels; a tight one ends at the data instead of at the ticks around them.</summary>
    public AxisScale(ChartAxis axis, IReadOnlyList<double> values, double from, double to, int tickCount, bool tight)
    {
        (_axis, _from, _to) = (axis, from, to);
        var low = axis.Minimum ?? double.PositiveInfinity;
        var high = axis.Maximum ?? double.NegativeInfinity;
        foreach (var value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) (low, high) = axis.Logarithmic ? (1, 10) : (0, 1);
        if (low == high) (low, high) = axis.Logarithmic ? (low / 2, high * 2) : (low == axis.Minimum ? low : low - Room(low), high + Room(low));

        var ticks = axis.Logarithmic ? Deliberate.Core.Ticks.Logarithmic(low, high) : Deliberate.Core.Ticks.Linear(low, high, tickCount);
        Step = ticks.Length > 1 ? ticks[1] - ticks[0] : Math.Abs(ticks[0]);
        if (!tight && !axis.Logarithmic) (low, high) = (ticks[0], ticks[^1]);
        (_low, _high) = (low, high);
        if (axis.TicksAtData)
        {
            double[] distinct = [.. values.Distinct().Order()];
            if (distinct.Length is > 0 and <= 12) ticks = distinct;
        }

        Ticks = [.. ticks.Where(tick => tick >= low - 1e-9 * Math.Abs(low) && tick <= high + 1e-9 * Math.Abs(high))];
    }

    public IReadOnlyList<double> Ticks { get; }

    public double Step { get; }

    public double At(double value)
    {
        var share = _axis.Logarithmic
            ? Math.Log(value / _low) / Math.Log(_high / _low)
            : (value - _low) / (_high - _low);
        return _from + Math.Clamp(share, 0, 1) * (_to - _from);
    }

    /// <summary>Where a bar or a filled area stands: zero, or the end of the axis nearest to it.</summary>
    public double Base => At(Math.Clamp(0, _low, _high));

    public string Text(double tick) =>
        NumberText.Tick(tick, _axis.Logarithmic || _axis.TicksAtData ? Grain(tick) : Step, _axis.Style);

    /// <summary>The last digit that a tick of its own needs: 25 needs units, 2.5 tenths.</summary>
    private static double Grain(double tick)
    {
        for (var grain = 1.0; grain > 1e-6; grain /= 10)
            if (Math.Abs(tick / grain - Math.Round(tick / grain)) < 1e-6) return grain;
        return 1e-6;
    }

    private static double Room(double value) => value == 0 ? 1 : Math.Abs(value) * 0.1;
}
