using System.Text;

namespace Deliberate.Core;

/// <summary>Values whose distribution is shown.</summary>
internal sealed record Distribution(string Name, ChartTone Tone, IReadOnlyList<double> Values);

/// <summary>
/// Distributions over common bins: the share of each one's values in a bin, as an area with an outline, and its median as a
/// vertical line. Shares, not counts, so that groups of different size can be compared.
/// </summary>
internal sealed record Histogram(string Title, ChartAxis X, IReadOnlyList<Distribution> Distributions, int Bins = 24) : IChart
{
    private const string ShareTitle = "share of each group";

    public string Describe()
    {
        var text = new StringBuilder().Append($"Histogram of {X.Title}.");
        foreach (var one in Distributions)
        {
            double[] values = [.. one.Values.Where(double.IsFinite).Order()];
            text.Append($" {one.Name}: n = {values.Length}");
            if (values.Length > 0) text.Append($", median {NumberText.Value(Median(values), X.Style)}, from {NumberText.Value(values[0], X.Style)} to {NumberText.Value(values[^1], X.Style)}");
            text.Append('.');
        }

        return text.ToString();
    }

    public string Render(ChartSize size)
    {
        var svg = new SvgBuilder().Open(size, Title, Describe());
        double[] all = [.. Distributions.SelectMany(one => one.Values).Where(double.IsFinite)];
        var edges = Edges(all);
        var shares = Distributions.Select(one => Shares(one.Values, edges)).ToList();
        List<double> heights = [0, .. shares.SelectMany(share => share)];
        var key = Distributions.Count > 1 ? Distributions.Select(one => (one.Name, one.Tone)).ToList() : [];
        var frame = ChartFrame.Draw(svg, size, Title, new ChartAxis(ShareTitle, NumberStyle.Percent, Minimum: 0), heights, key, 0, 46, DrawKey);
        var x = frame.DrawHorizontal(X with { Minimum = edges[0], Maximum = edges[^1], Logarithmic = false }, [], 0);
        frame.DrawOmitted(Distributions.Sum(one => one.Values.Count(value => !double.IsFinite(value))));
        if (all.Length == 0) frame.DrawEmpty();
        for (var i = 0; i < Distributions.Count; i++) DrawOne(svg, Distributions[i], edges, shares[i], x, frame);
        return svg.Close();
    }

    /// <summary>Bin edges at round numbers, about as many bins as asked for.</summary>
    private double[] Edges(double[] values)
    {
        if (values.Length == 0) return [0, 1];
        var edges = Ticks.Linear(values.Min(), values.Max(), Bins);
        var width = edges[1] - edges[0];
        if (width % 1 == 0 || !Array.TrueForAll(values, value => value == Math.Floor(value))) return edges;

        // Bins that are no whole numbers wide would hold unequal counts of whole values.
        width = Math.Ceiling(width);
        var first = Math.Floor(values.Min() / width) * width;
        return [.. Enumerable.Range(0, (int)((values.Max() - first) / width) + 2).Select(i => first + (i * width))];
    }

    /// <summary>The share of the finite values in [edge i, edge i + 1), the last bin closed; sums to 1 where there are values.</summary>
    internal static double[] Shares(IReadOnlyList<double> values, double[] edges)
    {
        var shares = new double[edges.Length - 1];
        var count = 0;
        var width = edges[1] - edges[0];
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            shares[Math.Clamp((int)Math.Floor((value - edges[0]) / width + 1e-9), 0, shares.Length - 1)]++;
            count++;
        }

        for (var i = 0; i < shares.Length && count > 0; i++) shares[i] /= count;
        return shares;
    }

    private static void DrawOne(SvgBuilder svg, Distribution one, double[] edges, double[] shares, AxisScale x, ChartFrame frame)
    {
        double[] values = [.. one.Values.Where(double.IsFinite).Order()];
        if (values.Length == 0) return;
        var outline = new StringBuilder().Append($"M{N(x.At(edges[0]))} {N(frame.Y.Base)}");
        for (var i = 0; i < shares.Length; i++) outline.Append($"V{N(frame.Y.At(shares[i]))}H{N(x.At(edges[i + 1]))}");
        outline.Append($"V{N(frame.Y.Base)}");
        var median = x.At(Median(values));
        svg.Group(one.Tone).Path("area", outline + "Z").Path("line", outline.ToString(), SeriesMark.Dash(one.Tone));
        svg.Line("whisker", median, frame.Top - 4, median, frame.Bottom);
        svg.Path("mark", SeriesMark.Shape(one.Tone, median, frame.Top - 4), hint: $"{one.Name}: median of {values.Length}").EndGroup();
    }

    private static void DrawKey(SvgBuilder svg, ChartTone tone, double x, double y)
    {
        svg.Rectangle("area", x, y - 7, 26, 14);
        SeriesMark.DrawKey(svg, tone, x, y);
    }

    private static double Median(double[] sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;

    private static string N(double value) => SvgBuilder.Number(value);
}
