using System.Globalization;

namespace Deliberate.Core;

/// <summary>How a chart or a table writes a number.</summary>
internal enum NumberStyle
{
    /// <summary>As short as it can be: 0.25, 1,500, 12k on ticks.</summary>
    Plain,

    /// <summary>A share between 0 and 1, written as a percentage.</summary>
    Percent,

    /// <summary>A difference of two shares, written in percentage points: 9.9 points.</summary>
    Points,

    /// <summary>A share between 0 and 1 with three decimals, as consoles write it: 0.258.</summary>
    Share,

    /// <summary>One decimal, as consoles write mean lengths: 17.4.</summary>
    Tenths,
}

/// <summary>Numbers as text, always in the invariant culture: the report reads the same on every machine.</summary>
internal static class NumberText
{
    private const string Minus = "−";

    /// <summary>A tick label: just the digits that the distance between ticks needs.</summary>
    public static string Tick(double value, double step, NumberStyle style)
    {
        if (style == NumberStyle.Percent) return Fixed(value * 100, Decimals(step * 100)) + "%";
        var size = Math.Abs(value);
        if (size >= 1e6) return Fixed(value / 1e6, Decimals(step / 1e6)) + "M";
        if (size >= 1e4) return Fixed(value / 1e3, Decimals(step / 1e3)) + "k";
        return size is > 0 and < 1e-3 ? Scientific(value) : Fixed(value, Decimals(step));
    }

    /// <summary>A value as people quote it: 62%, 3.4%, 128, 0.27, 1,536.</summary>
    public static string Value(double value, NumberStyle style)
    {
        if (!double.IsFinite(value)) return "not measured";
        if (style is NumberStyle.Percent or NumberStyle.Points)
        {
            var number = Hundredths(value);
            return style == NumberStyle.Percent ? number + "%" : number is "1" or Minus + "1" ? number + " point" : number + " points";
        }

        // A plain hyphen: consoles may not have the other sign.
        if (style is NumberStyle.Share or NumberStyle.Tenths) return value.ToString(style == NumberStyle.Share ? "0.000;-0.000;0.000" : "0.0;-0.0;0.0", CultureInfo.InvariantCulture);
        var size = Math.Abs(value);
        if (size is > 0 and < 1e-3) return Scientific(value);
        return Fixed(value, size >= 100 || value == Math.Round(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
    }

    /// <summary>An interval: <c>58% to 67%</c>, <c>5.1 to 14 points</c>.</summary>
    public static string Range(double low, double high, NumberStyle style) =>
        $"{(style == NumberStyle.Points && double.IsFinite(low) && double.IsFinite(high) ? Hundredths(low) : Value(low, style))} to {Value(high, style)}";

    private static string Hundredths(double value)
    {
        var percent = value * 100;
        return Fixed(percent, Math.Abs(percent) < 9.95 && Math.Abs(percent - Math.Round(percent)) > 0.05 ? 1 : 0);
    }

    private static string Fixed(double value, int decimals)
    {
        var text = Math.Abs(value).ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return value < 0 && text.AsSpan().ContainsAnyInRange('1', '9') ? Minus + text : text;
    }

    private static string Scientific(double value) =>
        value.ToString("0.#e0", CultureInfo.InvariantCulture).Replace("-", Minus, StringComparison.Ordinal);

    private static int Decimals(double step)
    {
        for (var decimals = 0; decimals < 6; decimals++)
        {
            var scaled = Math.Abs(step) * Math.Pow(10, decimals);
            if (Math.Abs(scaled - Math.Round(scaled)) < 1e-6 * Math.Max(1, scaled) && Math.Round(scaled) > 0) return decimals;
        }

        return 6;
    }
}
