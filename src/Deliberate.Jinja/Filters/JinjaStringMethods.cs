namespace Deliberate.Jinja;

/// <summary>
/// Python's methods of <c>str</c>, by name. Positions are code points; what splits or trims without an argument goes by
/// Python's white space. A method that can make a text longer than its input writes through the budget.
/// </summary>
internal static class JinjaStringMethods
{
    private delegate JinjaValue Method(JinjaRun run, JinjaString self, JinjaValue?[] arguments);

    private static readonly string[] Nothing = [];
    private static readonly Dictionary<string, (string[] Parameters, int Required, Method Call)> Table = new(StringComparer.Ordinal)
    {
        ["upper"] = (Nothing, 0, (_, s, _) => PythonCase.Upper(s.Text)),
        ["lower"] = (Nothing, 0, (_, s, _) => PythonCase.Lower(s.Text)),
        ["casefold"] = (Nothing, 0, (_, s, _) => PythonCase.Lower(PythonCase.Upper(s.Text))),
        ["title"] = (Nothing, 0, (_, s, _) => PythonCase.Title(s.Text)),
        ["capitalize"] = (Nothing, 0, (_, s, _) => PythonCase.Capitalize(s.Text)),
        ["swapcase"] = (Nothing, 0, (_, s, _) => PythonCase.SwapCase(s.Text)),
        ["strip"] = (["chars"], 0, (run, s, a) => PythonStrings.Strip(run, s.Text, Optional(a[0]), left: true, right: true)),
        ["lstrip"] = (["chars"], 0, (run, s, a) => PythonStrings.Strip(run, s.Text, Optional(a[0]), left: true, right: false)),
        ["rstrip"] = (["chars"], 0, (run, s, a) => PythonStrings.Strip(run, s.Text, Optional(a[0]), left: false, right: true)),
        ["split"] = (["sep", "maxsplit"], 0, (run, s, a) => PythonStrings.Split(run, s.Text, Optional(a[0]), Count(a[1]), fromRight: false)),
        ["rsplit"] = (["sep", "maxsplit"], 0, (run, s, a) => PythonStrings.Split(run, s.Text, Optional(a[0]), Count(a[1]), fromRight: true)),
        ["splitlines"] = (["keepends"], 0, (run, s, a) => PythonStrings.Texts(run, PythonText.Lines(run, s.Text, a[0]?.IsTrue ?? false))),
        ["partition"] = (["sep"], 1, (run, s, a) => Partition(run, s.Text, Text(a[0]!), last: false)),
        ["rpartition"] = (["sep"], 1, (run, s, a) => Partition(run, s.Text, Text(a[0]!), last: true)),
        ["replace"] = (["old", "new", "count"], 2, (run, s, a) => PythonStrings.Replace(run, s.Text, Text(a[0]!), Text(a[1]!), Count(a[2]))),
        ["join"] = (["iterable"], 1, (run, s, a) => Join(run, s.Text, a[0]!)),
        ["startswith"] = (["prefix", "start", "end"], 1, (run, s, a) => Affix(run, "startswith", Part(run, s, a[1], a[2]), a[0]!, (text, x) => text.StartsWith(x, StringComparison.Ordinal))),
        ["endswith"] = (["suffix", "start", "end"], 1, (run, s, a) => Affix(run, "endswith", Part(run, s, a[1], a[2]), a[0]!, (text, x) => text.EndsWith(x, StringComparison.Ordinal))),
        ["removeprefix"] = (["prefix"], 1, (_, s, a) => s.Text.StartsWith(Text(a[0]!), StringComparison.Ordinal) ? s.Text[Text(a[0]!).Length..] : s.Text),
        ["removesuffix"] = (["suffix"], 1, (_, s, a) => s.Text.EndsWith(Text(a[0]!), StringComparison.Ordinal) ? s.Text[..^Text(a[0]!).Length] : s.Text),
        ["find"] = (["sub", "start", "end"], 1, (run, s, a) => Find(run, s, a, last: false)),
        ["rfind"] = (["sub", "start", "end"], 1, (run, s, a) => Find(run, s, a, last: true)),
        ["index"] = (["sub", "start", "end"], 1, (run, s, a) => Found(Find(run, s, a, last: false))),
        ["rindex"] = (["sub", "start", "end"], 1, (run, s, a) => Found(Find(run, s, a, last: true))),
        ["count"] = (["sub", "start", "end"], 1, (run, s, a) => PythonStrings.Count(run, Part(run, s, a[1], a[2]), Text(a[0]!))),
        ["center"] = (["width", "fillchar"], 1, (run, s, a) => PythonStrings.Pad(run, s.Text, JinjaArithmetic.ToInt(a[0]!), Fill(a[1]), '^', center: true)),
        ["ljust"] = (["width", "fillchar"], 1, (run, s, a) => PythonStrings.Pad(run, s.Text, JinjaArithmetic.ToInt(a[0]!), Fill(a[1]), '<')),
        ["rjust"] = (["width", "fillchar"], 1, (run, s, a) => PythonStrings.Pad(run, s.Text, JinjaArithmetic.ToInt(a[0]!), Fill(a[1]), '>')),
        ["zfill"] = (["width"], 1, (run, s, a) => PythonStrings.ZeroFill(run, s.Text, JinjaArithmetic.ToInt(a[0]!))),
        ["expandtabs"] = (["tabsize"], 0, (run, s, a) => PythonStrings.ExpandTabs(run, s.Text, a[0] is null ? 8 : JinjaArithmetic.ToInt(a[0]!))),
        ["encode"] = (["encoding", "errors"], 0, (run, s, a) => PythonStrings.Encode(run, s.Text, a[0] is null ? "utf-8" : Text(a[0]!))),
        ["format_map"] = (["mapping"], 1, (run, s, a) => PythonBraceFormat.Format(run, s.Text, new JinjaArguments([], Pairs(run, a[0]!)))),
        ["isalpha"] = (Nothing, 0, (_, s, _) => PythonStrings.All(s.Text, PythonStrings.IsAlpha)),
        ["isalnum"] = (Nothing, 0, (_, s, _) => PythonStrings.All(s.Text, (t, i) => PythonStrings.IsAlpha(t, i) || PythonStrings.IsNumeric(t, i))),
        ["isdigit"] = (Nothing, 0, (_, s, _) => PythonStrings.All(s.Text, PythonStrings.IsDigit)),
        ["isdecimal"] = (Nothing, 0, (_, s, _) => PythonStrings.All(s.Text, PythonStrings.IsDecimal)),
        ["isnumeric"] = (Nothing, 0, (_, s, _) => PythonStrings.All(s.Text, PythonStrings.IsNumeric)),
        ["isspace"] = (Nothing, 0, (_, s, _) => PythonStrings.All(s.Text, (t, i) => PythonText.IsSpace(t[i]))),
        ["isprintable"] = (Nothing, 0, (_, s, _) => s.Text.Length == 0 || PythonStrings.All(s.Text, PythonText.IsPrintable)),
        ["isascii"] = (Nothing, 0, (_, s, _) => System.Text.Ascii.IsValid(s.Text)),
        ["isupper"] = (Nothing, 0, (_, s, _) => PythonStrings.IsUpper(s.Text)),
        ["islower"] = (Nothing, 0, (_, s, _) => PythonStrings.IsLower(s.Text)),
        ["istitle"] = (Nothing, 0, (_, s, _) => PythonStrings.IsTitle(s.Text)),
        ["isidentifier"] = (Nothing, 0, (_, s, _) => s.Text.Length > 0 && (s.Text[0] == '_' || PythonText.IsLetterAt(s.Text, 0)) && PythonStrings.All(s.Text, (t, i) => t[i] == '_' || PythonText.IsWordAt(t, i))),
    };

    public static JinjaFunction? Find(JinjaRun run, JinjaString self, string name)
    {
        if (name == "format") return new JinjaFunction(name, arguments => PythonBraceFormat.Format(run, self.Text, arguments));
        if (!Table.TryGetValue(name, out var method)) return null;
        return new JinjaFunction(name, arguments =>
        {
            run.Budget.SpendText(self.Text.Length);
            var result = method.Call(run, self, arguments.Bind(name, method.Parameters, method.Required));
            return self.IsMarkup && result is JinjaString text ? new JinjaString(text.Text, isMarkup: true) : result;
        });
    }

    private static string Text(JinjaValue value) => value switch
    {
        JinjaString text => text.Text,
        JinjaUndefined missing => throw missing.Failure(),
        _ => throw new JinjaException($"must be str, not {value.TypeName}"),
    };

    private static string? Optional(JinjaValue? value) => value is null or JinjaNone ? null : Text(value);

    private static int Count(JinjaValue? value) => value is null ? -1 : JinjaArithmetic.ToInt(value);

    private static string Fill(JinjaValue? value)
    {
        if (value is null) return " ";
        return value is JinjaString { Length: 1 } text ? text.Text : throw new JinjaException("The fill character must be exactly one character long");
    }

    private static string Part(JinjaRun run, JinjaString self, JinjaValue? start, JinjaValue? end) => start is null && end is null
        ? self.Text
        : ((JinjaString)JinjaSequence.Slice(run, self, start ?? JinjaNone.Instance, end ?? JinjaNone.Instance, JinjaNone.Instance)!).Text;

    private static JinjaValue Affix(JinjaRun run, string name, string text, JinjaValue affix, Func<string, string, bool> test)
    {
        if (affix is not JinjaList { IsTuple: true } several)
        {
            return affix is JinjaString one ? test(text, one.Text) : throw (affix as JinjaUndefined)?.Failure() ?? new JinjaException($"{name} first arg must be str or a tuple of str, not {affix.TypeName}");
        }

        run.Budget.Spend(several.Items.Count);
        return several.Items.Any(item => test(text, Text(item)));
    }

    /// <summary>The code point position of a part, or -1.</summary>
    private static int Find(JinjaRun run, JinjaString self, JinjaValue?[] arguments, bool last)
    {
        var part = Text(arguments[0]!);
        run.Budget.SpendSearch(self.Text.Length, part.Length);
        if (arguments[1] is null && arguments[2] is null)
        {
            var at = last ? self.Text.LastIndexOf(part, StringComparison.Ordinal) : self.Text.IndexOf(part, StringComparison.Ordinal);
            return at <= 0 || self.IsPlain ? at : PythonText.Length(self.Text[..at]);
        }

        var start = arguments[1] is null or JinjaNone ? 0 : JinjaArithmetic.ToInt(arguments[1]!);
        if (start < 0) start = Math.Max(0, start + self.Length);
        if (start > self.Length) return -1;
        var inside = Part(run, self, start, arguments[2]);
        var found = last ? inside.LastIndexOf(part, StringComparison.Ordinal) : inside.IndexOf(part, StringComparison.Ordinal);
        return found < 0 ? -1 : start + PythonText.Length(inside[..found]);
    }

    private static JinjaValue Found(int position) => position >= 0 ? position : throw new JinjaException("substring not found");

    private static JinjaList Partition(JinjaRun run, string text, string separator, bool last)
    {
        if (separator.Length == 0) throw new JinjaException("empty separator");
        run.Budget.SpendSearch(text.Length, separator.Length);
        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0) return last ? JinjaList.Tuple("", "", text) : JinjaList.Tuple(text, "", "");
        return JinjaList.Tuple(text[..at], separator, text[(at + separator.Length)..]);
    }

    private static JinjaValue Join(JinjaRun run, string separator, JinjaValue iterable)
    {
        var writer = run.Write();
        var index = 0;
        foreach (var item in JinjaSequence.Items(run, iterable, notIterable: "can only join an iterable"))
        {
            if (item is not JinjaString text) throw new JinjaException($"sequence item {index}: expected str instance, {item.TypeName} found");
            if (index++ > 0) writer.Append(separator);
            run.Budget.Spend(1);
            writer.Append(text.Text);
        }

        return writer.ToString();
    }

    private static List<KeyValuePair<string, JinjaValue>> Pairs(JinjaRun run, JinjaValue mapping) => mapping is JinjaDict dict
        ? [.. dict.Entries.Select(e => new KeyValuePair<string, JinjaValue>(JinjaPrinter.Str(run, e.Key), e.Value))]
        : throw new JinjaException("format_map() takes a mapping");
}
