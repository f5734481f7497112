using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// The second normal form of PRM800K's grader: text and units off, LaTeX as plain text, whole numbers written one way. Its oddities are
/// part of it: letters of a unit go wherever they stand, and a number within 1e-7 of a whole one is that whole one.
/// </summary>
internal static partial class Prm800kForm
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    /// <summary>So close to a whole number counts as it.</summary>
    private const double Whole = 1e-7;

    public static string Of(string answer)
    {
        var s = WholeText().Match(answer) is { Success: true } match ? match.Groups["inner"].Value : answer;
        s = Replace(s, (@"\%", "%"), (@"\$", "$"), ("$", ""), ("%", ""), (" or ", " , "), (" and ", " , "), ("million", "*10^6"), ("billion", "*10^9"), ("trillion", "*10^12"));
        // One after the other, as the rules have it: "centimeter" loses "meter" only where "cm" and "centimeter" were not found.
        foreach (var unit in Units) s = unit.Replace(s, "");
        s = Degrees().Replace(s, "");
        if (s.Length > 0 && s[0] == '{' && s[^1] == '}') s = s.Length > 1 ? s[1..^1] : "";
        s = SpacedComma().Replace(s, "");
        if (TryFloat(s, out var value) && IsWhole(value)) s = WholeOf(value);
        if (s.Contains('\\', StringComparison.Ordinal)) s = LatexAsText.Of(s) ?? s;
        s = Minus().Replace(s, "-");
        s = MixedNumber().Replace(s, "${whole}+${part}");
        s = Replace(s, (" ", ""), ("{", ""), ("}", "")).ToLowerInvariant();
        return IsWhole(s) ? new BigInteger(FloatOf(s.Replace(",", "", StringComparison.Ordinal))).ToString(CultureInfo.InvariantCulture) : s;
    }

    /// <summary>Whether a text is a whole number, commas between thousands or not.</summary>
    public static bool IsWhole(string text) => TryFloat(WithoutThousands(text), out var value) && IsWhole(value);

    /// <summary>Commas between groups of three digits go, others stay.</summary>
    public static string WithoutThousands(string text)
    {
        while (true)
        {
            var next = ThousandsComma().Replace(text, "${before}${three}${after}");
            if (next == text) return next;
            text = next;
        }
    }

    /// <summary>Of all of the text: <c>\text{…}</c>.</summary>
    [GeneratedRegex(@"^\\text\{(?<inner>.+?)\}$", Options, 1000)]
    internal static partial Regex WholeText();

    private static readonly Regex[] Units =
    [
        .. new[] { "degree", "cm", "centimeter", "meter", "mile", "second", "minute", "hour", "day", "week", "month", "year", "foot", "feet", "inch", "yard" }
            .Select(unit => new Regex(unit + @"(es)?(s)? *(\^[0-9]+)?", Options, TimeSpan.FromSeconds(1))),
    ];

    private static bool IsWhole(double value) => double.IsFinite(value) && Math.Abs(value - Math.Round(value, MidpointRounding.ToEven)) <= Whole;

    private static string WholeOf(double value) => new BigInteger(Math.Round(value, MidpointRounding.ToEven)).ToString(CultureInfo.InvariantCulture);

    private static double FloatOf(string text) => TryFloat(text, out var value) ? value : 0;

    /// <summary>What Python reads as a float: digits of any script, underscores between digits, an exponent.</summary>
    private static bool TryFloat(string text, out double value)
    {
        value = 0;
        var trimmed = text.Trim();
        if (!Float().IsMatch(trimmed)) return false;
        var ascii = string.Concat(trimmed.Where(c => c != '_').Select(c => char.IsDigit(c) ? (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)) : c));
        return double.TryParse(ascii, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static string Replace(string text, params ReadOnlySpan<(string From, string To)> pairs)
    {
        foreach (var (from, to) in pairs) text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }

    [GeneratedRegex(@"\A[+-]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)([eE][+-]?\d+(_\d+)*)?\z", Options | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Float();

    [GeneratedRegex(@"\^ *\\circ", Options, 1000)]
    private static partial Regex Degrees();

    [GeneratedRegex(@",\\! *", Options, 1000)]
    private static partial Regex SpacedComma();

    [GeneratedRegex("- *", Options, 1000)]
    private static partial Regex Minus();

    [GeneratedRegex("(?<whole>[0-9]) +(?<part>[0-9])", Options, 1000)]
    private static partial Regex MixedNumber();

    [GeneratedRegex(@"(?<before>\d),(?<three>\d\d\d)(?<after>$|\D)", Options, 1000)]
    private static partial Regex ThousandsComma();
}
