using System.Globalization;

namespace Deliberate.Core.Tests;

public sealed class ChartPaletteTests
{
    // Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
    private static readonly double[][] Protanopia = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
    private static readonly double[][] Deuteranopia = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];

    public static readonly TheoryData<bool> Themes = [false, true];

    [Theory]
    [MemberData(nameof(Themes))]
    public void Every_tone_and_ink_reads_on_the_ground_at_4_5_to_1(bool isDark)
    {
        var colours = isDark ? ChartStyle.Dark : ChartStyle.Light;
        for (var i = 0; i < colours.Count; i++)
        {
            if (ChartStyle.Names[i] is "--chart-ground" or "--chart-grid") continue;
            Contrast(colours[i], colours[0]).ShouldBeGreaterThanOrEqualTo(4.5, $"{ChartStyle.Names[i]} {colours[i]}");
        }
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public void The_first_three_tones_stay_apart_without_red_or_green(bool isDark)
    {
        var colours = (isDark ? ChartStyle.Dark : ChartStyle.Light).Skip(4).Take(3).Select(Linear).ToArray();
        foreach (var matrix in new[] { Protanopia, Deuteranopia })
        {
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < i; j++) Distance(Seen(matrix, colours[i]), Seen(matrix, colours[j])).ShouldBeGreaterThan(0.07, $"tones {j + 1} and {i + 1}");
            }
        }
    }

    private static double[] Linear(string hex)
    {
        var channels = new double[3];
        for (var i = 0; i < 3; i++)
        {
            var value = int.Parse(hex.AsSpan(1 + 2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            channels[i] = value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return channels;
    }

    private static double Contrast(string first, string second)
    {
        var (a, b) = (Luminance(Linear(first)), Luminance(Linear(second)));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(double[] rgb) => 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];

    private static double[] Seen(double[][] matrix, double[] rgb) =>
        [.. matrix.Select(row => Math.Clamp(row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2], 0, 1))];

    /// <summary>Distance in Oklab, where about 0.02 is just noticeable.</summary>
    private static double Distance(double[] first, double[] second)
    {
        var (a, b) = (Oklab(first), Oklab(second));
        return Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
    }

    private static double[] Oklab(double[] c)
    {
        var l = Math.Cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]);
        var m = Math.Cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]);
        var s = Math.Cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
        return [0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s];
    }
}
