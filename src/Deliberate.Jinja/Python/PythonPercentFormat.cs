namespace Deliberate.Jinja;

/// <summary>Python's <c>format % values</c>: %s %r %a %d %i %u %x %X %o %e %f %g %c %%, with flags, width, precision and %(name)s.</summary>
internal static class PythonPercentFormat
{
    public static string Format(JinjaRun run, string format, JinjaValue values)
    {
        var tuple = values is JinjaList { IsTuple: true } list ? list.Items : null;
        var writer = run.Write();
        var used = 0;
        JinjaValue Next()
        {
            if (tuple is null) return used++ == 0 ? values : throw new JinjaException("not enough arguments for format string");
            return used < tuple.Count ? tuple[used++] : throw new JinjaException("not enough arguments for format string");
        }

        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                writer.Append(format[i]);
                continue;
            }

            i++;
            JinjaValue? named = null;
            if (i < format.Length && format[i] == '(')
            {
                var close = format.IndexOf(')', i);
                if (close < 0) throw new JinjaException("incomplete format key");
                if (values is not JinjaDict dict) throw new JinjaException("format requires a mapping");
                named = dict.Find(format[(i + 1)..close]) ?? throw new JinjaException(PythonText.Quote(format[(i + 1)..close]));
                used = 1;
                i = close + 1;
            }

            var spec = new PythonFormatSpec();
            for (; i < format.Length && "-+ 0#".Contains(format[i]); i++) spec.Flag(format[i]);
            spec.Width = Number(format, ref i, Next) ?? -1;
            if (spec.Width < -1)
            {
                spec.Flag('-');
                spec.Width = -spec.Width;
            }

            if (i < format.Length && format[i] == '.')
            {
                i++;
                spec.Precision = Number(format, ref i, Next) ?? 0;
            }

            while (i < format.Length && format[i] is 'h' or 'l' or 'L') i++;
            if (i >= format.Length) throw new JinjaException("incomplete format");
            if (format[i] == '%') writer.Append('%');
            else writer.Append(Convert(run, format[i], named ?? Next(), spec));
        }

        if (tuple is not null ? used < tuple.Count : used == 0 && values is not (JinjaDict or JinjaUndefined)) throw new JinjaException("not all arguments converted during string formatting");
        return writer.ToString();
    }

    private static int? Number(string format, ref int i, Func<JinjaValue> next)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            return JinjaArithmetic.ToInt(next());
        }

        var start = i;
        while (i < format.Length && char.IsAsciiDigit(format[i])) i++;
        return i == start ? null : int.TryParse(format.AsSpan(start, i - start), out var value) ? value : throw new JinjaException("width too big");
    }

    private static string Convert(JinjaRun run, char type, JinjaValue value, PythonFormatSpec spec)
    {
        switch (type)
        {
            case 's': return spec.Text(run, JinjaPrinter.Str(run, value), '>');
            case 'r' or 'a': return spec.Text(run, JinjaPrinter.Repr(run, value), '>');
            case 'c':
                if (value is JinjaString { Length: 1 } one) return spec.Text(run, one.Text, '>');
                var point = JinjaArithmetic.ToInt(value);
                return System.Text.Rune.IsValid(point) ? spec.Text(run, char.ConvertFromUtf32(point), '>') : throw new JinjaException("%c arg not in range(0x110000)");
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                if (value is JinjaUndefined missing) throw missing.Failure();
                if (!JinjaArithmetic.IsNumber(value)) throw new JinjaException($"%{type} format: a real number is required, not {value.TypeName}");
                if (value is JinjaFloat f && !double.IsFinite(f.Value)) throw new JinjaException("cannot convert float NaN or infinity to integer");
                var whole = value is JinjaFloat number ? new System.Numerics.BigInteger(number.Value) : JinjaArithmetic.ToInteger(value);
                return spec.Integer(run, whole, type is 'i' or 'u' ? 'd' : type);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                if (value is JinjaUndefined absent) throw absent.Failure();
                if (!JinjaArithmetic.IsNumber(value)) throw new JinjaException($"must be real number, not {value.TypeName}");
                return spec.Float(run, JinjaArithmetic.ToDouble(value), type);
            default: throw new JinjaException($"unsupported format character '{type}'");
        }
    }
}
