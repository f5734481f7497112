using System.Globalization;
using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>Floats as Python writes and rounds them: the shortest digits that read back, and exact ties to even.</summary>
internal static class PythonFloat
{
    private const int MaxDigits = 400;

    /// <summary>Python's <c>repr</c>: positional from 1e-4 up to 1e16, else with an exponent of at least two digits.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (value == 0) return shortest.StartsWith('-') ? "-0.0" : "0.0";

        // Take the digits of the shortest form whatever its layout, and lay them out anew.
        var sign = shortest.StartsWith('-') ? "-" : "";
        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = (mark < 0 ? shortest : shortest[..mark]).TrimStart('-');
        var exponent = mark < 0 ? 0 : int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point < 0) point = mantissa.Length;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = all.Length - all.TrimStart('0').Length;
        exponent += point - leading;
        all = all.Trim('0');

        // value = 0.all * 10^exponent
        if (exponent is > 16 or < -3)
        {
            var power = exponent - 1;
            return $"{sign}{all[0]}{(all.Length > 1 ? "." + all[1..] : "")}e{(power < 0 ? '-' : '+')}{Math.Abs(power).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (exponent <= 0) return sign + "0." + new string('0', -exponent) + all;
        return all.Length <= exponent ? sign + all + new string('0', exponent - all.Length) + ".0" : sign + all[..exponent] + "." + all[exponent..];
    }

    /// <summary>With a fixed number of decimals, rounded from the exact binary value, ties to even.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value)) return Repr(value);
        if (decimals > MaxDigits) throw new JinjaException($"more than {MaxDigits} decimals");
        var scaled = RoundScaled(Math.Abs(value), decimals);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var text = decimals == 0 ? digits : digits[..^decimals] + "." + digits[^decimals..];
        return double.IsNegative(value) ? "-" + text : text;
    }

    /// <summary>Python's <c>round(value, decimals)</c>.</summary>
    public static double Round(double value, int decimals)
    {
        if (!double.IsFinite(value) || decimals > 323) return value;
        if (decimals >= 0) return double.Parse(Fixed(value, decimals), CultureInfo.InvariantCulture);
        if (decimals < -308) return 0 * value;
        var scaled = RoundScaled(Math.Abs(value), decimals);
        var rounded = double.Parse(scaled.ToString(CultureInfo.InvariantCulture) + "E" + (-decimals).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return double.IsNegative(value) ? -rounded : rounded;
    }

    /// <summary>The whole number nearest to value * 10^decimals.</summary>
    private static BigInteger RoundScaled(double value, int decimals)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent++;
        else mantissa |= 1L << 52;
        exponent -= 1075;
        var numerator = new BigInteger(mantissa);
        var denominator = BigInteger.One;
        if (exponent > 0) numerator <<= exponent;
        else denominator <<= -exponent;
        if (decimals > 0) numerator *= BigInteger.Pow(10, decimals);
        else denominator *= BigInteger.Pow(10, -decimals);
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var twice = (rest << 1).CompareTo(denominator);
        return twice > 0 || (twice == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    /// <summary>Scientific notation with so many decimals and an exponent of at least two digits.</summary>
    public static string Scientific(double value, int decimals)
    {
        if (!double.IsFinite(value)) return Repr(value);
        if (decimals > MaxDigits) throw new JinjaException($"more than {MaxDigits} decimals");
        var text = value.ToString("E" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var power = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..mark]}e{(power < 0 ? '-' : '+')}{Math.Abs(power).ToString("00", CultureInfo.InvariantCulture)}";
    }

    /// <summary>C's %g: so many significant digits, trailing zeros dropped, scientific where the exponent asks for it.</summary>
    public static string General(double value, int digits)
    {
        if (!double.IsFinite(value)) return Repr(value);
        if (digits == 0) digits = 1;
        var scientific = Scientific(value, digits - 1);
        var mark = scientific.IndexOf('e', StringComparison.Ordinal);
        var power = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var text = power < -4 || power >= digits ? scientific[..mark] : Fixed(value, Math.Max(0, digits - 1 - power));
        if (text.Contains('.')) text = text.TrimEnd('0').TrimEnd('.');
        return power < -4 || power >= digits ? text + scientific[mark..] : text;
    }

    /// <summary>Python's <c>float(text)</c>; null where it would raise.</summary>
    public static double? Parse(string text)
    {
        text = text.Trim();
        var sign = text.StartsWith('-') ? -1 : 1;
        var bare = text.TrimStart('+', '-').ToLowerInvariant();
        if (text.Length - bare.Length > 1) return null;
        if (bare is "inf" or "infinity") return sign * double.PositiveInfinity;
        if (bare == "nan") return double.NaN;
        if (bare.Contains('_'))
        {
            for (var i = 0; i < bare.Length; i++)
            {
                if (bare[i] == '_' && (i == 0 || i + 1 == bare.Length || !char.IsAsciiDigit(bare[i - 1]) || !char.IsAsciiDigit(bare[i + 1]))) return null;
            }

            bare = bare.Replace("_", "", StringComparison.Ordinal);
        }

        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(bare, styles, CultureInfo.InvariantCulture, out var value) ? sign * value : null;
    }
}
