using System.Globalization;

namespace Deliberate.Core;

/// <summary>
/// Counts, bytes and durations for people: two to three digits and a decimal unit, <c>1.3 M</c>, <c>2.1 GB</c>,
/// <c>3 min 20 s</c>. Independent of the machine's language.
/// </summary>
internal static class Quantity
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789.");
    private static readonly string[] CountUnits = ["", " k", " M", " G", " T", " P"];
    private static readonly string[] ByteUnits = [" B", " kB", " MB", " GB", " TB", " PB"];

    public static string Count(double count) => Scaled(count, CountUnits);

    /// <summary>Decimal units: 1 kB is 1000 bytes.</summary>
    public static string Bytes(double bytes) => Scaled(bytes, ByteUnits);

    /// <summary>What people write for bytes: a number, and behind it perhaps B, kB to TB (of 1000) or KiB to TiB (of 1024), with or without a space, in any case.</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        if (!decimal.TryParse(digits < 0 ? text : text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        decimal? unit = (digits < 0 ? "" : text[digits..].Trim().ToUpperInvariant()) switch
        {
            "" or "B" => 1m,
            "KB" => 1e3m,
            "MB" => 1e6m,
            "GB" => 1e9m,
            "TB" => 1e12m,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => null,
        };
        if (unit is null || number > long.MaxValue / unit) return false;
        bytes = (long)(number * unit.Value);
        return true;
    }

    /// <summary>A rate such as <c>1.3 k tokens/s</c>.</summary>
    public static string Rate(double perSecond, string what) => $"{Count(perSecond)} {what}/s";

    /// <summary>The two largest units; below ten seconds one decimal, below one second whole milliseconds.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.Zero) return "-" + Duration(time.Negate());
        if (time.TotalMilliseconds < 999.5) return Text(Math.Round(time.TotalMilliseconds)) + " ms";
        if (time.TotalSeconds < 9.95) return Text(Math.Round(time.TotalSeconds, 1)) + " s";
        var seconds = (long)Math.Round(time.TotalSeconds);
        if (seconds < 60) return $"{seconds} s";
        if (seconds < 3600) return Pair(seconds / 60, "min", seconds % 60, "s");
        var minutes = (long)Math.Round(time.TotalMinutes);
        if (minutes < 24 * 60) return Pair(minutes / 60, "h", minutes % 60, "min");
        var hours = (long)Math.Round(time.TotalHours);
        return Pair(hours / 24, "d", hours % 24, "h");
    }

    private static string Scaled(double value, string[] units)
    {
        if (!double.IsFinite(value)) return Text(value) + units[0];
        var unit = 0;
        var size = Math.Abs(value);

        // 999.5 would be written as 1000 of this unit.
        for (; size >= 999.5 && unit < units.Length - 1; unit++) size /= 1000;
        var shown = size < 9.95 && size != Math.Floor(size) ? Math.Round(size, 1) : Math.Round(size);
        return (value < 0 && shown > 0 ? "-" : "") + Text(shown) + units[unit];
    }

    private static string Pair(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
