using System.Globalization;
using System.Text;

namespace Deliberate.Jinja;

/// <summary>Python's <c>str</c> and <c>repr</c> of values: what <c>{{ value }}</c> writes.</summary>
internal static class JinjaPrinter
{
    public static string Str(JinjaRun run, JinjaValue value)
    {
        if (value is JinjaString text) return text.Text;
        var writer = run.Write();
        Write(run, writer, value, quote: false);
        return writer.ToString();
    }

    public static string Repr(JinjaRun run, JinjaValue value)
    {
        var writer = run.Write();
        Write(run, writer, value, quote: true);
        return writer.ToString();
    }

    private static void Write(JinjaRun run, JinjaWriter writer, JinjaValue value, bool quote)
    {
        switch (value)
        {
            case JinjaString text:
                run.Budget.SpendText(text.Text.Length);
                writer.Append(!quote ? text.Text : text.IsMarkup ? $"Markup({PythonText.Quote(text.Text)})" : PythonText.Quote(text.Text));
                break;
            case JinjaUndefined: writer.Append(quote ? "Undefined" : ""); break;
            case JinjaNone: writer.Append("None"); break;
            case JinjaBool: writer.Append(value.IsTrue ? "True" : "False"); break;
            case JinjaInt integer:
                run.Budget.Spend(integer.Value.GetBitLength() / 64);
                writer.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case JinjaFloat number: writer.Append(PythonFloat.Repr(number.Value)); break;
            case JinjaBytes bytes: writer.Append(ReprBytes(run, bytes.Bytes)); break;
            case JinjaList { IsTuple: true } tuple: WriteItems(run, writer, "(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")"); break;
            case JinjaList list: WriteItems(run, writer, "[", list.Items, "]"); break;
            case JinjaDict dict: WriteEntries(run, writer, dict.Entries); break;
            case JinjaDictView view: WriteItems(run, writer, $"dict_{view.Kind}([", JinjaSequence.Items(run, view), "])"); break;
            case JinjaRange range:
                writer.Append($"range({range.Start}, {range.Stop}{(range.Step.IsOne ? "" : $", {range.Step}")})");
                break;
            case JinjaNamespace space:
                writer.Append("<Namespace ");
                WriteEntries(run, writer, [.. space.Attributes.Select(a => new KeyValuePair<JinjaValue, JinjaValue>(a.Key, a.Value))]);
                writer.Append(">");
                break;
            case JinjaFunction function: writer.Append($"<{function.TypeName} {PythonText.Quote(function.Name)}>"); break;
            default: writer.Append($"<{value.TypeName} object>"); break;
        }
    }

    private static void WriteItems(JinjaRun run, JinjaWriter writer, string open, IReadOnlyList<JinjaValue> items, string close)
    {
        run.Budget.Enter();
        writer.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            run.Budget.Spend(3);
            if (i > 0) writer.Append(", ");
            Write(run, writer, items[i], quote: true);
        }

        writer.Append(close);
        run.Budget.Leave();
    }

    private static void WriteEntries(JinjaRun run, JinjaWriter writer, IReadOnlyCollection<KeyValuePair<JinjaValue, JinjaValue>> entries)
    {
        run.Budget.Enter();
        writer.Append("{");
        var first = true;
        foreach (var (key, value) in entries)
        {
            run.Budget.Spend(3);
            if (!first) writer.Append(", ");
            first = false;
            Write(run, writer, key, quote: true);
            writer.Append(": ");
            Write(run, writer, value, quote: true);
        }

        writer.Append("}");
        run.Budget.Leave();
    }

    private static string ReprBytes(JinjaRun run, byte[] bytes)
    {
        run.Budget.SpendText(bytes.Length * 4L);
        var quote = bytes.AsSpan().Contains((byte)'\'') && !bytes.AsSpan().Contains((byte)'"') ? '"' : '\'';
        var text = new StringBuilder("b").Append(quote);
        foreach (var b in bytes)
        {
            if (b == quote || b == '\\') text.Append('\\').Append((char)b);
            else if (b is >= 0x20 and < 0x7f) text.Append((char)b);
            else text.Append(b switch { 10 => "\\n", 13 => "\\r", 9 => "\\t", _ => string.Create(CultureInfo.InvariantCulture, $"\\x{b:x2}") });
        }

        return text.Append(quote).ToString();
    }
}
