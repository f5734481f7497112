using System.Globalization;

namespace Deliberate.Jinja;

/// <summary>Python's <c>'{}'.format(...)</c>: fields by position or name with attributes, items, conversions and a format each. Attributes go through the sandbox.</summary>
internal static class PythonBraceFormat
{
    public static JinjaValue Format(JinjaRun run, string format, JinjaArguments arguments)
    {
        var writer = run.Write();
        var next = 0;
        Write(run, writer, format, arguments, ref next, 2);
        return writer.ToString();
    }

    private static void Write(JinjaRun run, JinjaWriter writer, string format, JinjaArguments arguments, ref int next, int levels)
    {
        if (levels == 0) throw new JinjaException("Max string recursion exceeded");
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            var doubled = i + 1 < format.Length && format[i + 1] == c;
            if (c is not ('{' or '}'))
            {
                writer.Append(c);
            }
            else if (doubled)
            {
                writer.Append(c);
                i++;
            }
            else if (c == '}')
            {
                throw new JinjaException("Single '}' encountered in format string");
            }
            else
            {
                var end = FieldEnd(format, i);
                writer.Append(Field(run, format[(i + 1)..end], arguments, ref next, levels));
                i = end;
            }
        }
    }

    private static int FieldEnd(string format, int start)
    {
        var depth = 0;
        for (var i = start; i < format.Length; i++)
        {
            if (format[i] == '{') depth++;
            else if (format[i] == '}' && --depth == 0) return i;
        }

        throw new JinjaException("expected '}' before end of string");
    }

    private static string Field(JinjaRun run, string field, JinjaArguments arguments, ref int next, int levels)
    {
        run.Budget.Spend(1);
        var nameEnd = field.AsSpan().IndexOfAny('!', ':');
        var name = nameEnd < 0 ? field : field[..nameEnd];
        var rest = nameEnd < 0 ? "" : field[nameEnd..];
        var value = Look(run, name, arguments, ref next);
        if (rest.StartsWith('!'))
        {
            if (rest.Length < 2 || (rest.Length > 2 && rest[2] != ':')) throw new JinjaException("expected ':' after conversion specifier");
            value = rest[1] switch { 's' => JinjaPrinter.Str(run, value), 'r' or 'a' => JinjaPrinter.Repr(run, value), _ => throw new JinjaException($"Unknown conversion specifier {rest[1]}") };
            rest = rest[2..];
        }

        var spec = rest.Length > 1 ? rest[1..] : "";
        if (spec.Contains('{'))
        {
            var inner = run.Write();
            Write(run, inner, spec, arguments, ref next, levels - 1);
            spec = inner.ToString();
        }

        return Apply(run, value, spec);
    }

    private static JinjaValue Look(JinjaRun run, string name, JinjaArguments arguments, ref int next)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        var index = -1;
        if (first.Length == 0) index = next++;
        else if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out index)) index = -1;
        var value = index >= 0
            ? index < arguments.Positional.Count ? arguments.Positional[index] : throw new JinjaException($"Replacement index {index} out of range for positional args tuple")
            : arguments.Find(first) ?? throw new JinjaException(PythonText.Quote(first));
        for (var i = first.Length; i < name.Length;)
        {
            if (name[i] == '.')
            {
                var stop = name.AsSpan(i + 1).IndexOfAny('.', '[');
                stop = stop < 0 ? name.Length : i + 1 + stop;
                value = JinjaAttributes.GetAttribute(run, value, name[(i + 1)..stop]);
                i = stop;
            }
            else
            {
                var close = name.IndexOf(']', i);
                if (close < 0) throw new JinjaException("Missing ']' in format string");
                var key = name[(i + 1)..close];
                value = JinjaAttributes.GetItem(run, value, int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : key);
                i = close + 1;
                if (i < name.Length && name[i] is not ('.' or '[')) throw new JinjaException("Only '.' or '[' may follow ']' in format field specifier");
            }
        }

        return value;
    }

    private static string Apply(JinjaRun run, JinjaValue value, string text)
    {
        if (text.Length == 0) return JinjaPrinter.Str(run, value);
        var spec = PythonFormatSpec.Parse(text);
        switch (value)
        {
            case JinjaString s:
                return spec.Type is '\0' or 's' ? spec.Text(run, s.Text, '<') : throw Unknown(spec, value);
            case JinjaBool or JinjaInt:
                if (spec.Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%') return spec.Float(run, JinjaArithmetic.ToDouble(value), spec.Type);
                return spec.Type is '\0' or 'd' or 'n' or 'x' or 'X' or 'o' or 'b' ? spec.Integer(run, JinjaArithmetic.ToInteger(value), spec.Type is '\0' or 'n' ? 'd' : spec.Type) : throw Unknown(spec, value);
            case JinjaFloat f:
                return spec.Type is '\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%' ? spec.Float(run, f.Value, spec.Type) : throw Unknown(spec, value);
            default:
                throw new JinjaException($"unsupported format string passed to {value.TypeName}.__format__");
        }
    }

    private static JinjaException Unknown(PythonFormatSpec spec, JinjaValue value) => new($"Unknown format code '{spec.Type}' for object of type '{value.TypeName}'");
}
