using System.Globalization;
using System.Text.Json;

namespace Deliberate.Jinja;

/// <summary>
/// JSON both ways: the messages, tools and variables that enter a template, and the <c>tojson</c> filter as transformers has
/// it (Python's <c>json.dumps</c> with <c>ensure_ascii=False</c>, nothing escaped for HTML).
/// </summary>
internal static class JinjaJson
{
    private const int MaxDigits = 4300;

    public static JinjaValue FromElement(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String: return new JinjaString(Text(() => element.GetString()!));
            case JsonValueKind.True: return JinjaBool.True;
            case JsonValueKind.False: return JinjaBool.False;
            case JsonValueKind.Number: return FromNumber(element.GetRawText());
            case JsonValueKind.Array: return new JinjaList([.. element.EnumerateArray().Select(FromElement)]);
            case JsonValueKind.Object:
                var dict = new JinjaDict();
                foreach (var property in element.EnumerateObject()) dict.Set(Text(() => property.Name), FromElement(property.Value));
                return dict;
            default: return JinjaNone.Instance;
        }
    }

    private static string Text(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new JinjaException("a text holds half of a surrogate pair (\\uD800 to \\uDFFF)");
        }
    }

    private static JinjaValue FromNumber(string text)
    {
        if (text.AsSpan().IndexOfAny(".eE") >= 0) return new JinjaFloat(double.Parse(text, CultureInfo.InvariantCulture));
        if (text.Length > MaxDigits) throw new JinjaException($"an integer has more than {MaxDigits} digits");
        return new JinjaInt(System.Numerics.BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary>How <c>tojson</c> lays out its text; a null indent keeps everything on one line.</summary>
    public sealed record Layout(bool EnsureAscii, string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys);

    public static string Dump(JinjaRun run, JinjaValue value, Layout layout)
    {
        var writer = run.Write();
        Write(run, writer, value, layout, 0);
        return writer.ToString();
    }

    private static void Write(JinjaRun run, JinjaWriter writer, JinjaValue value, Layout layout, int level)
    {
        run.Budget.Spend(3);
        switch (value)
        {
            case JinjaString text: WriteString(writer, text.Text, layout.EnsureAscii); break;
            case JinjaNone: writer.Append("null"); break;
            case JinjaBool: writer.Append(value.IsTrue ? "true" : "false"); break;
            case JinjaInt integer: writer.Append(JinjaPrinter.Str(run, integer)); break;
            case JinjaFloat number: writer.Append(FloatText(number.Value)); break;
            case JinjaList list:
                if (list.Items.Count == 0)
                {
                    writer.Append("[]");
                    break;
                }

                run.Budget.Enter();
                writer.Append("[");
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Break(writer, layout, level + 1, i > 0);
                    Write(run, writer, list.Items[i], layout, level + 1);
                }

                Break(writer, layout, level, separates: false);
                writer.Append("]");
                run.Budget.Leave();
                break;
            case JinjaDict dict: WriteDict(run, writer, dict, layout, level); break;
            default: throw new JinjaException($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private static void WriteDict(JinjaRun run, JinjaWriter writer, JinjaDict dict, Layout layout, int level)
    {
        if (dict.Count == 0)
        {
            writer.Append("{}");
            return;
        }

        run.Budget.Enter();
        writer.Append("{");
        var keys = dict.Entries.Select(e => e.Key).ToList();
        IEnumerable<JinjaValue> ordered = layout.SortKeys ? JinjaComparer.Sort(run, keys, k => k, reverse: false) : keys;
        var first = true;
        foreach (var key in ordered)
        {
            Break(writer, layout, level + 1, !first);
            first = false;
            WriteString(writer, KeyText(run, key), layout.EnsureAscii);
            writer.Append(layout.KeySeparator);
            Write(run, writer, dict.Find(key)!, layout, level + 1);
        }

        Break(writer, layout, level, separates: false);
        writer.Append("}");
        run.Budget.Leave();
    }

    private static string KeyText(JinjaRun run, JinjaValue key) => key switch
    {
        JinjaString text => text.Text,
        JinjaBool => key.IsTrue ? "true" : "false",
        JinjaNone => "null",
        JinjaFloat number => FloatText(number.Value),
        JinjaInt => JinjaPrinter.Str(run, key),
        _ => throw new JinjaException($"keys must be str, int, float, bool or None, not {key.TypeName}"),
    };

    private static string FloatText(double value) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : PythonFloat.Repr(value);

    private static void Break(JinjaWriter writer, Layout layout, int level, bool separates)
    {
        if (separates) writer.Append(layout.ItemSeparator);
        if (layout.Indent is { } indent) writer.Append("\n").Append(indent, level);
    }

    private static void WriteString(JinjaWriter writer, string text, bool ensureAscii)
    {
        writer.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': writer.Append("\\\""); break;
                case '\\': writer.Append("\\\\"); break;
                case '\n': writer.Append("\\n"); break;
                case '\r': writer.Append("\\r"); break;
                case '\t': writer.Append("\\t"); break;
                case '\f': writer.Append("\\f"); break;
                case '\b': writer.Append("\\b"); break;
                case < ' ': writer.Append($"\\u{(int)c:x4}"); break;
                case > '~' when ensureAscii: writer.Append($"\\u{(int)c:x4}"); break;
                default: writer.Append(c); break;
            }
        }

        writer.Append('"');
    }
}
