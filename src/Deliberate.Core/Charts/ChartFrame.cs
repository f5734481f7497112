namespace Deliberate.Core;

/// <summary>
/// What all charts share: title, name of the vertical quantity, key, and then the plot with its grid, ticks and the name of the
/// horizontal quantity. Titles stand upright above what they name: turned text is slow to read.
/// </summary>
internal sealed class ChartFrame
{
    private const double TickSize = 12;
    private readonly SvgBuilder _svg;
    private readonly ChartSize _size;

    private ChartFrame(SvgBuilder svg, ChartSize size) => (_svg, _size) = (svg, size);

    public double Left { get; private set; }

    public double Right { get; private set; }

    public double Top { get; private set; }

    public double Bottom { get; private set; }

    public required AxisScale Y { get; init; }

    /// <summary>
    /// Draws everything above and left of the plot. The values are all vertical ones, ends of intervals included; the key is
    /// empty where series are named beside their lines, and drawKey draws the sign of a tone, 26 wide, from x, around y. Label
    /// room is kept free right of the plot, and below it the height for ticks and titles.
    /// </summary>
    public static ChartFrame Draw(SvgBuilder svg, ChartSize size, string title, ChartAxis y, IReadOnlyList<double> values, IReadOnlyList<(string Name, ChartTone Tone)> key,
        double labelRoom, double below, Action<SvgBuilder, ChartTone, double, double> drawKey)
    {
        var compact = size.Height < 240;
        var top = compact ? 4.0 : 6.0;
        foreach (var line in TextMeasure.Wrap(title, size.Width - 16, 14, bold: true, most: 2))
        {
            top += 15;
            svg.Text("panel-title", 8, top, line);
            top += 3;
        }

        if (y.Title.Length > 0)
        {
            top += 16;
            svg.Text("axis-title", 8, top, TextMeasure.Cut(y.Title, size.Width - 16, 12.5));
        }

        top = DrawKeys(svg, size, key, top, drawKey);
        top += compact ? 16 : 22;
        var bottom = size.Height - below;
        var scale = new AxisScale(y, values, bottom, top, TickCount(bottom - top), tight: false);
        var left = 18.0;
        foreach (var tick in scale.Ticks) left = Math.Max(left, TextMeasure.Width(scale.Text(tick), TickSize) + 22);

        var frame = new ChartFrame(svg, size) { Left = left, Right = size.Width - Math.Max(14, labelRoom), Top = top, Bottom = bottom, Y = scale };
        foreach (var tick in scale.Ticks)
        {
            var at = scale.At(tick);
            svg.Line(Math.Abs(at - scale.Base) < 0.5 ? "base" : "grid", left, at, frame.Right, at);
            svg.Text("tick", left - 8, at + 4, scale.Text(tick), "end");
        }

        return frame;
    }

    /// <summary>Ticks and title of the horizontal axis; a label that would touch the one before it is left out.</summary>
    public AxisScale DrawHorizontal(ChartAxis x, IReadOnlyList<double> values, double inset)
    {
        var scale = new AxisScale(x, values, Left + inset, Right - inset, TickCount((Right - Left) * 0.85), tight: true);
        var free = double.NegativeInfinity;
        foreach (var tick in scale.Ticks)
        {
            var at = scale.At(tick);
            var text = scale.Text(tick);
            var half = TextMeasure.Width(text, TickSize) / 2;
            _svg.Line("base", at, Bottom, at, Bottom + 4);
            if (at - half < free) continue;
            _svg.Text("tick", at, Bottom + 18, text, "middle");
            free = at + half + 6;
        }

        _svg.Line("base", Left, Bottom, Right, Bottom);
        if (x.Title.Length > 0) _svg.Text("axis-title", (Left + Right) / 2, Bottom + 37, TextMeasure.Cut(x.Title, Right - Left + 30, 12.5), "middle");
        return scale;
    }

    /// <summary>Said inside the plot where there is nothing to draw.</summary>
    public void DrawEmpty() => _svg.Text("note", (Left + Right) / 2, (Top + Bottom) / 2, "no data", "middle");

    /// <summary>Says how many values could not be drawn: nothing is dropped silently.</summary>
    public void DrawOmitted(int count)
    {
        if (count > 0) _svg.Text("note", Right, Top - 4, $"{count} not drawn (no finite value)", "end");
    }

    private static int TickCount(double length) => Math.Clamp((int)(length / 52), 2, 8);

    private static double DrawKeys(SvgBuilder svg, ChartSize size, IReadOnlyList<(string Name, ChartTone Tone)> key, double top, Action<SvgBuilder, ChartTone, double, double> drawKey)
    {
        if (key.Count == 0) return top;
        var x = 8.0;
        top += 20;
        foreach (var (name, tone) in key)
        {
            var text = TextMeasure.Cut(name, size.Width - 50);
            var width = 32 + TextMeasure.Width(text);
            if (x > 8 && x + width > size.Width - 8) (x, top) = (8, top + 18);
            svg.Group(tone);
            drawKey(svg, tone, x, top - 4);
            svg.EndGroup().Text("key", x + 32, top, text);
            x += width + 16;
        }

        return top;
    }
}
