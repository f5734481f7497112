using System.Globalization;
using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>Filters on single values: defaults, lengths, numbers, attributes and JSON.</summary>
internal static class JinjaValueFilters
{
    public static Dictionary<string, JinjaFilter> Table { get; } = new(StringComparer.Ordinal)
    {
        ["default"] = JinjaFilter.Of(["default_value", "boolean"], 0, Default),
        ["d"] = JinjaFilter.Of(["default_value", "boolean"], 0, Default),
        ["length"] = JinjaFilter.Of((_, v) => JinjaSequence.Length(v) ?? throw NoLength(v)),
        ["count"] = JinjaFilter.Of((_, v) => JinjaSequence.Length(v) ?? throw NoLength(v)),
        ["items"] = JinjaFilter.Of(Items),
        ["attr"] = JinjaFilter.Of(["name"], 1, Attribute),
        ["abs"] = JinjaFilter.Of(Absolute),
        ["int"] = JinjaFilter.Of(["default", "base"], 0, ToInteger),
        ["float"] = JinjaFilter.Of(["default"], 0, ToFloat),
        ["round"] = JinjaFilter.Of(["precision", "method"], 0, Round),
        ["tojson"] = JinjaFilter.Of(["ensure_ascii", "indent", "separators", "sort_keys"], 0, ToJson),
        ["pprint"] = JinjaFilter.Of((run, v) => JinjaPrinter.Repr(run, v)),
        ["filesizeformat"] = JinjaFilter.Of(["binary"], 0, FileSize),
    };

    public static JinjaException NoLength(JinjaValue value) => new($"object of type '{value.TypeName}' has no len()");

    private static JinjaValue Default(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var replaced = value is JinjaUndefined || ((a[1]?.IsTrue ?? false) && !value.IsTrue);
        return replaced ? a[0] ?? "" : value;
    }

    private static JinjaGenerator Items(JinjaRun run, JinjaValue value)
    {
        return new JinjaGenerator(run, Pairs());

        IEnumerable<JinjaValue> Pairs()
        {
            if (value is JinjaUndefined) yield break;
            if (value is not JinjaDict dict) throw new JinjaException("Can only get item pairs from a mapping.");
            foreach (var pair in JinjaSequence.Items(run, new JinjaDictView(dict, "items"))) yield return pair;
        }
    }

    private static JinjaValue Attribute(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        if (value is JinjaUndefined missing) throw missing.Failure();
        var name = JinjaPrinter.Str(run, a[0]!);
        return JinjaAttributes.Own(run, value, name) ?? JinjaUndefined.Attribute(value, name);
    }

    private static JinjaValue Absolute(JinjaRun run, JinjaValue value) => value switch
    {
        JinjaFloat number => new JinjaFloat(Math.Abs(number.Value)),
        JinjaInt or JinjaBool => new JinjaInt(BigInteger.Abs(JinjaArithmetic.ToInteger(value))),
        JinjaUndefined missing => throw missing.Failure(),
        _ => throw new JinjaException($"bad operand type for abs(): '{value.TypeName}'"),
    };

    private static JinjaValue ToInteger(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var fallback = a[0] ?? 0;
        switch (value)
        {
            case JinjaUndefined missing: throw missing.Failure();
            case JinjaInt or JinjaBool: return new JinjaInt(JinjaArithmetic.ToInteger(value));
            case JinjaFloat number: return Whole(number.Value) ?? throw new JinjaException("cannot convert float infinity to integer");
            case JinjaString text:
                run.Budget.SpendText(text.Text.Length);
                if (ParseInteger(run, text.Text, a[1] is null ? 10 : JinjaArithmetic.ToInt(a[1]!)) is { } integer) return integer;
                return PythonFloat.Parse(text.Text) is { } parsed && Whole(parsed) is { } whole ? whole : fallback;
            default: return fallback;
        }
    }

    private static JinjaInt? Whole(double value) => double.IsFinite(value) ? new JinjaInt(new BigInteger(value)) : null;

    /// <summary>Python's <c>int(text, base)</c>; null where it would raise.</summary>
    private static JinjaInt? ParseInteger(JinjaRun run, string text, int radix)
    {
        text = text.Trim().ToLowerInvariant();
        if (radix is < 0 or 1 or > 36) return null;
        var negative = text.StartsWith('-');
        if (negative || text.StartsWith('+')) text = text[1..];
        var prefixed = text.Length > 2 && text[0] == '0' ? text[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed > 0 && (radix == 0 || radix == prefixed)) (text, radix) = (text[2..].StartsWith('_') ? text[3..] : text[2..], prefixed);
        else if (radix == 0) radix = text.Length > 1 && text[0] == '0' && text.Trim('0', '_').Length > 0 ? -1 : 10;
        if (text.Length is 0 or > 4300 || radix < 0 || text[0] == '_' || text[^1] == '_' || text.Contains("__", StringComparison.Ordinal)) return null;
        var value = BigInteger.Zero;
        run.Budget.Spend(text.Length * (long)text.Length / 512);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '_') continue;
            var digit = System.Text.Rune.IsDigit(rune) ? (int)System.Text.Rune.GetNumericValue(rune) : rune.Value is >= 'a' and <= 'z' ? rune.Value - 'a' + 10 : 99;
            if (digit >= radix) return null;
            value = (value * radix) + digit;
        }

        return JinjaArithmetic.Sized(negative ? -value : value);
    }

    private static JinjaValue ToFloat(JinjaRun run, JinjaValue value, JinjaValue?[] a) => value switch
    {
        JinjaUndefined missing => throw missing.Failure(),
        JinjaFloat => value,
        JinjaInt or JinjaBool => new JinjaFloat(JinjaArithmetic.ToDouble(value)),
        JinjaString text when PythonFloat.Parse(text.Text) is { } parsed => new JinjaFloat(parsed),
        _ => a[0] ?? new JinjaFloat(0),
    };

    private static JinjaValue Round(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var precision = a[0] is null ? 0 : JinjaArithmetic.ToInt(a[0]!);
        var method = a[1] is null ? "common" : JinjaPrinter.Str(run, a[1]!);
        if (method is not ("common" or "ceil" or "floor")) throw new JinjaException("method must be common, ceil or floor");
        if (value is JinjaUndefined missing) throw missing.Failure();
        if (!JinjaArithmetic.IsNumber(value)) throw new JinjaException($"type {value.TypeName} doesn't define __round__ method");
        run.Budget.Spend(80);
        if (precision is > 400 or < -400) throw new JinjaException("precision out of range");
        if (method == "common") return value is JinjaFloat number ? new JinjaFloat(PythonFloat.Round(number.Value, precision)) : RoundInteger(JinjaArithmetic.ToInteger(value), precision);
        var scale = Math.Pow(10, precision);
        var scaled = JinjaArithmetic.ToDouble(value) * scale;
        return new JinjaFloat((method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale);
    }

    private static JinjaInt RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0) return new JinjaInt(value);
        var unit = BigInteger.Pow(10, -precision);
        var quotient = BigInteger.DivRem(value, unit, out var rest);
        var twice = (BigInteger.Abs(rest) * 2).CompareTo(unit);
        if (twice > 0 || (twice == 0 && !quotient.IsEven)) quotient += value.Sign;
        return JinjaArithmetic.Sized(quotient * unit);
    }

    private static JinjaValue ToJson(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var indent = a[1] switch
        {
            null or JinjaNone => null,
            JinjaString text => text.Text,
            _ => run.Write().Append(" ", JinjaArithmetic.ToInt(a[1]!)).ToString(),
        };
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (a[2] is not (null or JinjaNone))
        {
            var separators = JinjaSequence.Items(run, a[2]!);
            if (separators is not [JinjaString between, JinjaString after]) throw new JinjaException("separators must be two strings");
            (item, key) = (between.Text, after.Text);
        }

        return JinjaJson.Dump(run, value, new JinjaJson.Layout(a[0]?.IsTrue ?? false, indent, item, key, a[3]?.IsTrue ?? false));
    }

    private static JinjaValue FileSize(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var binary = a[0]?.IsTrue ?? false;
        var bytes = value is JinjaString text ? PythonFloat.Parse(text.Text) ?? throw new JinjaException($"could not convert string to float: {PythonText.Quote(text.Text)}") : JinjaArithmetic.ToDouble(value);
        double unit = binary ? 1024 : 1000;
        if (bytes == 1) return "1 Byte";
        if (bytes < unit) return $"{Math.Truncate(bytes).ToString("0", CultureInfo.InvariantCulture)} Bytes";
        var size = bytes / unit;
        var prefix = 0;
        for (; prefix < 7 && size >= unit; prefix++) size /= unit;
        return $"{PythonFloat.Fixed(size, 1)} {"kMGTPEZY"[prefix].ToString().Replace("k", binary ? "K" : "k", StringComparison.Ordinal)}{(binary ? "i" : "")}B";
    }
}
