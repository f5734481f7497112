using System.Globalization;
using System.Text;

namespace Deliberate.Core;

/// <summary>
/// The one style sheet of all charts. Every colour is a CSS custom property, so that a page, a dark theme or a printer changes
/// them in one place. The palette holds a contrast of 4.5 to 1 against the ground in both themes (WCAG 2.2, 1.4.3) and keeps its
/// first three tones apart for people who see no red or no green; tests measure both.
/// </summary>
internal static class ChartStyle
{
    /// <summary>Ground, ink, muted ink, grid, then the six tones.</summary>
    internal static readonly IReadOnlyList<string> Names =
        ["--chart-ground", "--chart-ink", "--chart-muted", "--chart-grid", "--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];

    internal static readonly IReadOnlyList<string> Light =
        ["#ffffff", "#1c2430", "#59636f", "#e4e7ec", "#1261b0", "#bf4a06", "#0f8066", "#94408a", "#826000", "#5b6675"];

    internal static readonly IReadOnlyList<string> Dark =
        ["#15191f", "#e8ebef", "#9da7b3", "#2b323c", "#6fb4ff", "#ff9a57", "#48d0a6", "#e59ad6", "#e3bd4c", "#a6b0bd"];

    /// <summary>What the elements of a chart look like; colours only by name.</summary>
    public static string Rules { get; } = """
        .chart{display:block;width:100%;height:auto;overflow:visible;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;font-variant-numeric:tabular-nums}
        .chart text{fill:var(--chart-ink);stroke:none}
        .chart .tick{fill:var(--chart-muted);font-size:12px}
        .chart .axis-title{fill:var(--chart-muted);font-size:12.5px}
        .chart .panel-title{font-size:14px;font-weight:600}
        .chart .note{fill:var(--chart-muted);font-size:11.5px;font-style:italic}
        .chart .grid{stroke:var(--chart-grid);stroke-width:1;fill:none;shape-rendering:crispEdges}
        .chart .base{stroke:var(--chart-muted);stroke-width:1;fill:none;shape-rendering:crispEdges}
        .chart .label{font-weight:600;fill:var(--tone)}
        .chart .halo{paint-order:stroke;stroke:var(--chart-ground);stroke-width:4px;stroke-linejoin:round}
        .chart .key{fill:var(--chart-ink)}
        .chart .leader{stroke:var(--tone);stroke-width:1;opacity:.45;fill:none}
        .chart .line{stroke:var(--tone);stroke-width:2.25;fill:none;stroke-linejoin:round;stroke-linecap:round}
        .chart .band{fill:var(--tone);fill-opacity:.14;stroke:none}
        .chart .whisker{stroke:var(--tone);stroke-width:1.5;fill:none}
        .chart .bar-whisker{stroke:var(--chart-ink);stroke-width:1.5;fill:none}
        .chart .bar-whisker-ground{stroke:var(--chart-ground);stroke-width:4.5;stroke-opacity:.75;fill:none}
        .chart .mark{fill:var(--tone);stroke:var(--chart-ground);stroke-width:1.5}
        .chart .solid{fill:var(--tone);stroke:var(--tone);stroke-width:1.5}
        .chart .tint{fill:var(--tone);fill-opacity:.2;stroke:var(--tone);stroke-width:1.5}
        .chart .under{fill:var(--chart-ground);stroke:none}
        .chart .hatch{stroke:var(--tone);stroke-width:1.5;fill:none}
        .chart .area{fill:var(--tone);fill-opacity:.2;stroke:none}
        .chart .t1{--tone:var(--chart-1)}.chart .t2{--tone:var(--chart-2)}.chart .t3{--tone:var(--chart-3)}
        .chart .t4{--tone:var(--chart-4)}.chart .t5{--tone:var(--chart-5)}.chart .t6{--tone:var(--chart-6)}
        """;

    /// <summary>The custom properties of one theme, as declarations.</summary>
    public static string Variables(bool dark)
    {
        var text = new StringBuilder();
        var colours = dark ? Dark : Light;
        for (var i = 0; i < Names.Count; i++) text.Append(CultureInfo.InvariantCulture, $"{Names[i]}:{colours[i]};");
        return text.ToString();
    }

    /// <summary>Custom properties for both themes: light, dark where the reader prefers it, light again on paper.</summary>
    public static string Themes(string selector) =>
        $"{selector}{{{Variables(dark: false)}}}\n" +
        $"@media (prefers-color-scheme:dark){{{selector}{{{Variables(dark: true)}}}}}\n" +
        $"@media print{{{selector}{{{Variables(dark: false)}}}}}";
}
