using System.Text;

namespace Deliberate.Core;

/// <summary>One bar: a value and, where known, its interval (NaN where not).</summary>
internal readonly record struct ChartBar(string Name, ChartTone Tone, double Value, double Low = double.NaN, double High = double.NaN)
{
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);
}

/// <summary>Bars that are compared with each other.</summary>
internal sealed record BarGroup(string Name, IReadOnlyList<ChartBar> Bars);

/// <summary>
/// Bars in groups, each with its interval as a whisker and its value above it. Bars start at zero. Fills differ by texture as
/// well as by colour. Bars that stand alone under their own name need no key.
/// </summary>
internal sealed record BarChart(string Title, ChartAxis Y, IReadOnlyList<BarGroup> Groups) : IChart
{
    public string Describe()
    {
        var text = new StringBuilder().Append($"Bar chart of {Y.Title}.");
        foreach (var group in Groups)
        {
            text.Append($" {group.Name}:");
            for (var i = 0; i < group.Bars.Count; i++) text.Append(i == 0 ? " " : "; ").Append(Hint(group.Bars[i]));
            text.Append('.');
        }

        return text.ToString();
    }

    public string Render(ChartSize size)
    {
        var svg = new SvgBuilder().Open(size, Title, Describe());
        List<double> values = [0];
        foreach (var bar in Groups.SelectMany(group => group.Bars).Where(bar => double.IsFinite(bar.Value)))
        {
            values.Add(bar.Value);
            if (bar.HasInterval) values.AddRange([bar.Low, bar.High]);
        }

        var key = Groups.Where(group => group.Bars is not [var only] || only.Name != group.Name).SelectMany(group => group.Bars).Select(bar => (bar.Name, bar.Tone)).Distinct().ToList();
        var frame = ChartFrame.Draw(svg, size, Title, Y, values, key.Count > 1 ? key : [], 0, 44, BarFill.DrawKey);
        if (values.Count == 1) frame.DrawEmpty();
        var slot = (frame.Right - frame.Left) / Math.Max(1, Groups.Count);
        for (var i = 0; i < Groups.Count; i++) DrawGroup(svg, frame, Groups[i], frame.Left + i * slot, slot);
        return svg.Close();
    }

    private void DrawGroup(SvgBuilder svg, ChartFrame frame, BarGroup group, double left, double slot)
    {
        var width = Math.Min(76, slot * 0.84 / Math.Max(1, group.Bars.Count));
        var start = left + (slot - width * group.Bars.Count) / 2;
        var gap = Math.Min(10, width * 0.16);
        for (var i = 0; i < group.Bars.Count; i++) DrawBar(svg, frame, group.Bars[i], start + i * width + gap / 2, width - gap);
        var y = frame.Bottom + 18;
        foreach (var line in TextMeasure.Wrap(group.Name, slot - 6, 13, most: 2))
        {
            svg.Text("key", left + slot / 2, y, line, "middle");
            y += 16;
        }
    }

    private void DrawBar(SvgBuilder svg, ChartFrame frame, ChartBar bar, double x, double width)
    {
        var middle = x + width / 2;
        if (!double.IsFinite(bar.Value))
        {
            svg.Text("note", middle, frame.Y.Base - 6, "n/a", "middle");
            return;
        }

        var (top, foot) = (frame.Y.At(bar.Value), frame.Y.Base);
        svg.Group(bar.Tone);
        BarFill.Draw(svg, bar.Tone, x, Math.Min(top, foot), width, Math.Abs(foot - top), Hint(bar));
        var label = Math.Min(top, foot);
        if (bar.HasInterval)
        {
            var (low, high) = (frame.Y.At(bar.Low), frame.Y.At(bar.High));
            var cap = Math.Min(6, width / 4);
            var whisker = $"M{N(middle - cap)} {N(low)}h{N(2 * cap)}M{N(middle)} {N(low)}V{N(high)}M{N(middle - cap)} {N(high)}h{N(2 * cap)}";
            svg.Path("bar-whisker-ground", whisker).Path("bar-whisker", whisker);
            label = Math.Min(label, high);
        }

        svg.EndGroup().Text("key halo", middle, label - 6, NumberText.Value(bar.Value, Y.Style), "middle");
    }

    private string Hint(ChartBar bar) => $"{bar.Name} {NumberText.Value(bar.Value, Y.Style)}"
        + (bar.HasInterval ? $" (95%: {NumberText.Range(bar.Low, bar.High, Y.Style)})" : "");

    private static string N(double value) => SvgBuilder.Number(value);
}
