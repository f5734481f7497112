using System.Text;

namespace Deliberate.Jinja;

/// <summary>Filters that take text and give text; a value that is no text is printed first.</summary>
internal static class JinjaTextFilters
{
    public static Dictionary<string, JinjaFilter> Table { get; } = new(StringComparer.Ordinal)
    {
        ["upper"] = Map(PythonCase.Upper),
        ["lower"] = Map(PythonCase.Lower),
        ["capitalize"] = Map(PythonCase.Capitalize),
        ["title"] = Map(Title),
        ["trim"] = JinjaFilter.Of(["chars"], 0, (run, v, a) => Like(v, PythonStrings.Strip(run, Str(run, v), a[0] is null or JinjaNone ? null : Str(run, a[0]!), left: true, right: true))),
        ["string"] = JinjaFilter.Of((run, v) => v is JinjaString ? v : Str(run, v)),
        ["replace"] = JinjaFilter.Of(["old", "new", "count"], 2, Replace),
        ["center"] = JinjaFilter.Of(["width"], 0, (run, v, a) => PythonStrings.Pad(run, Str(run, v), a[0] is null ? 80 : JinjaArithmetic.ToInt(a[0]!), " ", '^', center: true)),
        ["indent"] = JinjaFilter.Of(["width", "first", "blank"], 0, Indent),
        ["truncate"] = JinjaFilter.Of(["length", "killwords", "end", "leeway"], 0, Truncate),
        ["wordcount"] = JinjaFilter.Of((run, v) => WordCount(Str(run, v))),
        ["wordwrap"] = JinjaFilter.Of(["width", "break_long_words", "wrapstring", "break_on_hyphens"], 0, PythonWrap.Filter),
        ["format"] = JinjaFilter.Free(Format),
        ["escape"] = JinjaFilter.Of(Escape),
        ["e"] = JinjaFilter.Of(Escape),
        ["forceescape"] = JinjaFilter.Of((run, v) => EscapeText(run, Str(run, v))),
        ["safe"] = JinjaFilter.Of((run, v) => new JinjaString(Str(run, v), isMarkup: true)),
        ["striptags"] = JinjaFilter.Of((run, v) => StripTags(Str(run, v))),
        ["urlencode"] = JinjaFilter.Of(UrlEncode),
        ["urlize"] = JinjaFilter.Free((_, _, _) => throw new JinjaException("the filter 'urlize' makes HTML links and is not supported")),
        ["xmlattr"] = JinjaFilter.Of(["autospace"], 0, XmlAttributes),
    };

    private static string Str(JinjaRun run, JinjaValue value) => JinjaPrinter.Str(run, value);

    private static JinjaFilter Map(Func<string, string> map) => JinjaFilter.Of((run, value) =>
    {
        var text = Str(run, value);
        run.Budget.SpendText(text.Length);
        return Like(value, map(text));
    });

    private static JinjaString Like(JinjaValue value, string text) => new(text, value is JinjaString { IsMarkup: true });

    /// <summary>Each word capitalised; words are cut at white space, hyphens and opening brackets, so that "it's" stays one.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var between = IsBreak(text[i]);
            var end = i;
            while (end < text.Length && IsBreak(text[end]) == between) end++;
            var first = i + PythonText.Width(text, i);
            result.Append(PythonCase.Upper(text[i..first])).Append(PythonCase.Lower(text[first..end]));
            i = end;
        }

        return result.ToString();
    }

    private static bool IsBreak(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);

    private static JinjaValue Replace(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var count = a[2] is null or JinjaNone ? -1 : JinjaArithmetic.ToInt(a[2]!);
        if (!run.Autoescape) return PythonStrings.Replace(run, Str(run, value), Str(run, a[0]!), Str(run, a[1]!), count);
        var escapes = a[0] is JinjaString { IsMarkup: true } || (a[1] is JinjaString { IsMarkup: true } && value is not JinjaString { IsMarkup: true });
        var text = escapes ? Escape(run, value) : value;
        return Like(text, PythonStrings.Replace(run, Str(run, text), Str(run, a[0]!), Str(run, a[1]!), count));
    }

    private static JinjaValue Indent(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        if (value is not JinjaString text) throw (value as JinjaUndefined)?.Failure() ?? new JinjaException($"unsupported operand type(s) for +=: '{value.TypeName}' and 'str'");
        var width = a[0] is JinjaString given ? given.Text : run.Write().Append(" ", a[0] is null ? 4 : JinjaArithmetic.ToInt(a[0]!)).ToString();
        var blank = a[2]?.IsTrue ?? false;
        var lines = PythonText.Lines(run, text.Text + "\n");
        run.Budget.Spend(lines.Count);
        var writer = run.Write();
        if (a[1]?.IsTrue ?? false) writer.Append(width);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0) writer.Append("\n");
            if (i > 0 && (blank || lines[i].Length > 0)) writer.Append(width);
            writer.Append(lines[i]);
        }

        return Like(text, writer.ToString());
    }

    private static JinjaValue Truncate(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var length = a[0] is null ? 255 : JinjaArithmetic.ToInt(a[0]!);
        var end = a[2] is null ? "..." : Str(run, a[2]!);
        var leeway = a[3] is null or JinjaNone ? 5 : JinjaArithmetic.ToInt(a[3]!);
        var endLength = PythonText.Length(end);
        if (length < endLength) throw new JinjaException($"expected length >= {endLength}, got {length}");
        if (leeway < 0) throw new JinjaException($"expected leeway >= 0, got {leeway}");
        if (value is not JinjaString text) return (JinjaSequence.Length(value) ?? throw JinjaValueFilters.NoLength(value)) <= (long)length + leeway ? value : throw new JinjaException($"'{value.TypeName}' object cannot be truncated");
        if (text.Length <= (long)length + leeway) return text;
        run.Budget.SpendText(text.Text.Length);
        var kept = text.Text[..PythonText.UnitOf(text.Text, length - endLength)];
        var space = a[1]?.IsTrue ?? false ? -1 : kept.LastIndexOf(' ');
        return Like(text, (space < 0 ? kept : kept[..space]) + end);
    }

    private static int WordCount(string text)
    {
        var count = 0;
        var inside = false;
        for (var i = 0; i < text.Length; i += PythonText.Width(text, i))
        {
            var word = text[i] == '_' || PythonStrings.IsAlpha(text, i) || PythonStrings.IsNumeric(text, i);
            if (word && !inside) count++;
            inside = word;
        }

        return count;
    }

    private static JinjaValue Format(JinjaRun run, JinjaValue value, JinjaArguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0) throw new JinjaException("can't handle positional and keyword arguments at the same time");
        JinjaValue values = new JinjaList(arguments.Positional, isTuple: true);
        if (arguments.Named.Count > 0)
        {
            var dict = new JinjaDict();
            foreach (var (name, item) in arguments.Named) dict.Set(name, item);
            values = dict;
        }

        return Like(value, PythonPercentFormat.Format(run, Str(run, value), values));
    }

    private static JinjaValue Escape(JinjaRun run, JinjaValue value) => value is JinjaString { IsMarkup: true } ? value : EscapeText(run, Str(run, value));

    private static JinjaString EscapeText(JinjaRun run, string text)
    {
        // Each replacement is at most five characters for one.
        run.Budget.SpendText(text.Length * 5L);
        return new JinjaString(PythonText.EscapeHtml(text), isMarkup: true);
    }

    private static string StripTags(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var open = text.IndexOf('<', i);
            if (open < 0) open = text.Length;
            result.Append(text, i, open - i);
            if (open == text.Length) break;
            var comment = string.CompareOrdinal(text, open, "<!--", 0, 4) == 0;
            var close = comment ? text.IndexOf("-->", open, StringComparison.Ordinal) : text.IndexOf('>', open);
            if (close < 0)
            {
                result.Append(text, open, text.Length - open);
                break;
            }

            i = close + (comment ? 3 : 1);
        }

        var plain = System.Net.WebUtility.HtmlDecode(result.ToString());
        return string.Join(' ', plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static JinjaValue UrlEncode(JinjaRun run, JinjaValue value)
    {
        if (value is JinjaString || !JinjaSequence.IsIterable(value)) return Quote(run, Str(run, value), "/");
        var pairs = value is JinjaDict dict ? dict.Entries.Select(e => (e.Key, e.Value)) : JinjaSequence.Items(run, value).Select(item => JinjaSequence.Items(run, item) is { Count: 2 } pair ? (pair[0], pair[1]) : throw new JinjaException("urlencode takes pairs"));
        return string.Join('&', pairs.Select(p => $"{ForQuery(run, p.Item1)}={ForQuery(run, p.Item2)}"));
    }

    private static string ForQuery(JinjaRun run, JinjaValue value) => Quote(run, Str(run, value), "").Replace("%20", "+", StringComparison.Ordinal);

    private static string Quote(JinjaRun run, string text, string safe)
    {
        var writer = run.Write();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b < 128 && (char.IsAsciiLetterOrDigit((char)b) || "_.-~".Contains((char)b) || safe.Contains((char)b))) writer.Append((char)b);
            else writer.Append($"%{b:X2}");
        }

        return writer.ToString();
    }

    private static JinjaValue XmlAttributes(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        if (value is not JinjaDict dict) throw new JinjaException($"'{value.TypeName}' object has no attribute 'items'");
        var writer = run.Write();
        foreach (var (key, item) in dict.Entries)
        {
            if (item is JinjaNone or JinjaUndefined) continue;
            var name = Str(run, key);
            if (name.Any(c => " \t\n\r\f\v/>=".Contains(c))) throw new JinjaException($"Invalid character in attribute name: {PythonText.Quote(name)}");
            if (writer.Length > 0 || (a[0]?.IsTrue ?? true)) writer.Append(" ");
            writer.Append(Str(run, Escape(run, name))).Append("=\"").Append(Str(run, Escape(run, item))).Append("\"");
        }

        return new JinjaString(writer.ToString(), run.Autoescape);
    }
}
