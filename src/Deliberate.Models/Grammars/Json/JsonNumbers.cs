using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>An end of a range of numbers.</summary>
internal readonly record struct NumberBound(decimal Value, bool IsExclusive);

/// <summary>
/// Numbers between bounds as patterns over their digits. Bounded numbers are written without an exponent, zero without a sign, with at
/// most <see cref="JsonPatterns.MostDigits"/> digits before the point and, beyond those of the bounds, as many behind it.
/// </summary>
internal static class JsonNumbers
{
    private const decimal Largest = 999_999_999_999_999m;

    /// <param name="low">Null for none.</param>
    /// <param name="high">Null for none.</param>
    public static Pattern Between(NumberBound? low, NumberBound? high, bool isInteger)
    {
        if (low is null && high is null) return new Pattern.Rule(isInteger ? JsonPatterns.Integer : JsonPatterns.Number);
        var (first, last) = (low ?? new NumberBound(-Largest, false), high ?? new NumberBound(Largest, false));
        List<Pattern> options = [];
        var zero = new NumberBound(0, false);
        if (Positive(first.Value < 0 ? zero : first, last, isInteger) is { } above) options.Add(above);
        // Zero has no sign.
        var negative = last.Value >= 0 ? new NumberBound(0, true) : last with { Value = -last.Value };
        if (first.Value < 0 && Positive(negative, first with { Value = -first.Value }, isInteger) is { } below) options.Add(Pattern.Of(Pattern.Text("-"), below));
        return Pattern.Either([.. options]);
    }

    /// <summary>What a bound means in a schema.</summary>
    public static decimal Parse(System.Text.Json.JsonElement value, string pointer)
    {
        if (!decimal.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > Largest)
            throw new UserError($"the bound {value.GetRawText()} is beyond ±{Largest}, which is not supported.", field: pointer);
        return number;
    }

    private static Pattern? Positive(NumberBound low, NumberBound high, bool isInteger)
    {
        if (low.Value > high.Value || high.Value < 0) return null;
        if (isInteger)
        {
            var first = decimal.Ceiling(low.Value);
            if (low.IsExclusive && first == low.Value) first++;
            var last = decimal.Floor(high.Value);
            if (high.IsExclusive && last == high.Value) last--;
            return first <= last ? Whole(first, last) : null;
        }

        var (floor, ceiling) = (decimal.Floor(low.Value), decimal.Floor(high.Value));
        var (lowDigits, highDigits) = (Fraction(low.Value), Fraction(high.Value));
        List<Pattern> options = [];
        if (floor == ceiling)
        {
            options.Add(Pattern.Of(Digits(floor), Behind(lowDigits, low.IsExclusive, highDigits, high.IsExclusive, tightLow: true, tightHigh: true)));
        }
        else
        {
            options.Add(Pattern.Of(Digits(floor), Behind(lowDigits, low.IsExclusive, highDigits, high.IsExclusive, tightLow: true, tightHigh: false)));
            options.Add(Pattern.Of(Digits(ceiling), Behind(lowDigits, low.IsExclusive, highDigits, high.IsExclusive, tightLow: false, tightHigh: true)));
            if (floor + 1 <= ceiling - 1) options.Add(Pattern.Of(Whole(floor + 1, ceiling - 1), Pattern.Of(Pattern.Text("."), JsonPatterns.Digit.Times(1, JsonPatterns.MostDigits)).Optional()));
        }

        return Pattern.Either([.. options]);
    }

    private static string Written(decimal whole) => whole.ToString("0", CultureInfo.InvariantCulture);

    private static Pattern Digits(decimal whole) => Pattern.Text(Written(whole));

    private static int[] Fraction(decimal value)
    {
        var text = value.ToString("0.############################", CultureInfo.InvariantCulture);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? [] : [.. text[(point + 1)..].Select(c => c - '0')];
    }

    /// <summary>Whole numbers from one to another, neither below 0.</summary>
    private static Pattern Whole(decimal first, decimal last)
    {
        List<Pattern> options = [];
        var (shortest, longest) = (Written(first).Length, Written(last).Length);
        for (var length = shortest; length <= longest; length++)
        {
            var low = length == shortest ? Written(first) : "1" + new string('0', length - 1);
            var high = length == longest ? Written(last) : new string('9', length);
            options.Add(SameLength(low, high));
        }

        return Pattern.Either([.. options]);
    }

    /// <summary>Digits between two rows of as many.</summary>
    private static Pattern SameLength(string low, string high)
    {
        if (low.Length == 0) return Pattern.Empty;
        var rest = low.Length - 1;
        if (low.All(c => c == '0') && high.All(c => c == '9')) return JsonPatterns.Digit.Times(low.Length, low.Length);
        if (low[0] == high[0]) return Pattern.Of(Pattern.Char(low[0], low[0]), SameLength(low[1..], high[1..]));
        List<Pattern> options =
        [
            Pattern.Of(Pattern.Char(low[0], low[0]), SameLength(low[1..], new string('9', rest))),
            Pattern.Of(Pattern.Char(high[0], high[0]), SameLength(new string('0', rest), high[1..])),
        ];
        if (high[0] - low[0] > 1) options.Add(Pattern.Of(Pattern.Char((char)(low[0] + 1), (char)(high[0] - 1)), JsonPatterns.Digit.Times(rest, rest)));
        return Pattern.Either([.. options]);
    }

    /// <summary>The fraction behind a whole part that is that of a bound: point and digits, or nothing.</summary>
    private static Pattern Behind(int[] low, bool lowIsExclusive, int[] high, bool highIsExclusive, bool tightLow, bool tightHigh)
    {
        var most = Math.Max(low.Length, high.Length) + JsonPatterns.MostDigits;
        List<Pattern> options = [];
        if (MayEnd(0, tightLow, tightHigh)) options.Add(Pattern.Empty);
        options.Add(Pattern.Of(Pattern.Text("."), Next(0, tightLow, tightHigh)));
        return Pattern.Either([.. options]);

        bool MayEnd(int at, bool tightBelow, bool tightAbove) =>
            (!tightBelow || (at >= low.Length && !lowIsExclusive)) && (!tightAbove || at < high.Length || !highIsExclusive);

        // One more digit, and what may follow it.
        Pattern Next(int at, bool tightBelow, bool tightAbove)
        {
            if (at == most) return Pattern.Never;
            var (least, largest) = (tightBelow ? At(low, at) : 0, tightAbove ? At(high, at) : 9);
            List<Pattern> digits = [];
            for (var digit = least; digit <= largest; digit++)
            {
                var (below, above) = (tightBelow && digit == least, tightAbove && digit == largest);
                if (!below && !above)
                {
                    var last = digit;
                    while (last + 1 <= largest && !(tightAbove && last + 1 == largest)) last++;
                    digits.Add(Pattern.Of(Pattern.Char((char)('0' + digit), (char)('0' + last)), JsonPatterns.Digit.Times(0, most - at - 1)));
                    digit = last;
                    continue;
                }

                var rest = Next(at + 1, below, above);
                digits.Add(Pattern.Of(Pattern.Char((char)('0' + digit), (char)('0' + digit)), MayEnd(at + 1, below, above) ? rest.Optional() : rest));
            }

            return Pattern.Either([.. digits]);
        }

        static int At(int[] digits, int at) => at < digits.Length ? digits[at] : 0;
    }
}
