using Deliberate.Core;

namespace Deliberate.Jinja;

/// <summary>Filters that take a whole sequence: sorting, grouping, joining, adding up and the ends. Those that go through it one by one are <see cref="JinjaLazyFilters"/>.</summary>
internal static class JinjaListFilters
{
    public static Dictionary<string, JinjaFilter> Table { get; } = new(StringComparer.Ordinal)
    {
        ["list"] = JinjaFilter.Of((run, v) => new JinjaList(Items(run, v))),
        ["first"] = JinjaFilter.Of((run, v) => v is JinjaGenerator g ? g.Next() ?? Empty("No first item") : Items(run, v) is { Count: > 0 } items ? items[0] : Empty("No first item")),
        ["last"] = JinjaFilter.Of(Last),
        ["random"] = JinjaFilter.Of(Pick),
        ["reverse"] = JinjaFilter.Of(Reverse),
        ["join"] = JinjaFilter.Of(["d", "attribute"], 0, Join),
        ["sort"] = JinjaFilter.Of(["reverse", "case_sensitive", "attribute"], 0, (run, v, a) => new JinjaList(JinjaComparer.Sort(run, Items(run, v), SortKey(run, a[2], IsTrue(a[1])), IsTrue(a[0])))),
        ["dictsort"] = JinjaFilter.Of(["case_sensitive", "by", "reverse"], 0, DictSort),
        ["min"] = JinjaFilter.Of(["case_sensitive", "attribute"], 0, (run, v, a) => Extreme(run, v, a, ">")),
        ["max"] = JinjaFilter.Of(["case_sensitive", "attribute"], 0, (run, v, a) => Extreme(run, v, a, "<")),
        ["sum"] = JinjaFilter.Of(["attribute", "start"], 0, Sum),
        ["groupby"] = JinjaFilter.Of(["attribute", "default", "case_sensitive"], 1, GroupBy),
    };

    private static IReadOnlyList<JinjaValue> Items(JinjaRun run, JinjaValue value)
    {
        var items = JinjaSequence.Items(run, value);
        run.Budget.Spend(items.Count);
        return items;
    }

    private static bool IsTrue(JinjaValue? value) => value?.IsTrue ?? false;

    private static JinjaUndefined Empty(string what) => new($"{what}, sequence was empty.");

    private static JinjaValue Last(JinjaRun run, JinjaValue value)
    {
        if (value is JinjaGenerator) throw new JinjaException("'generator' object is not reversible");
        return Items(run, value) is { Count: > 0 } items ? items[^1] : Empty("No last item");
    }

    /// <summary>A drawn element; the draws of a rendering are the same every time, since a prompt must be reproducible.</summary>
    private static JinjaValue Pick(JinjaRun run, JinjaValue value)
    {
        if (JinjaSequence.Length(value) is null) throw JinjaValueFilters.NoLength(value);
        var items = Items(run, value);
        return items.Count == 0 ? Empty("No random item") : items[new RandomStream(0, StreamStage.Sampling, sample: run.Draws++).Next(items.Count)];
    }

    private static JinjaValue Reverse(JinjaRun run, JinjaValue value)
    {
        if (!JinjaSequence.IsIterable(value)) throw new JinjaException("argument must be iterable");
        var items = Items(run, value).ToArray();
        Array.Reverse(items);
        if (value is JinjaString text) return new JinjaString(string.Concat(items.Select(i => ((JinjaString)i).Text)), text.IsMarkup);
        // Python's reversed walks a sequence, and a generator becomes a list for it.
        return value is JinjaGenerator ? new JinjaList(items) : new JinjaGenerator(run, items);
    }

    /// <summary>How <c>attribute='a.b.0'</c> reaches into an element: each part by item first, then by attribute.</summary>
    public static Func<JinjaValue, JinjaValue> Getter(JinjaRun run, JinjaValue? attribute, JinjaValue? fallback = null)
    {
        if (attribute is null or JinjaNone) return item => item;
        JinjaValue[] parts = attribute is JinjaString text
            ? [.. text.Text.Split('.').Select(p => p.Length is > 0 and < 9 && p.All(char.IsAsciiDigit) ? int.Parse(p, System.Globalization.CultureInfo.InvariantCulture) : (JinjaValue)p)]
            : [attribute];
        return item =>
        {
            foreach (var part in parts)
            {
                run.Budget.Spend(1);
                item = JinjaAttributes.GetItem(run, item, part);
                if (item is JinjaUndefined && fallback is not (null or JinjaNone)) item = fallback;
            }

            return item;
        };
    }

    private static JinjaValue IgnoreCase(JinjaRun run, JinjaValue value)
    {
        if (value is not JinjaString text) return value;
        run.Budget.SpendText(text.Text.Length);
        return PythonCase.Lower(text.Text);
    }

    public static Func<JinjaValue, JinjaValue> Key(JinjaRun run, JinjaValue? attribute, bool caseSensitive, JinjaValue? fallback = null)
    {
        var getter = Getter(run, attribute, fallback);
        return caseSensitive ? getter : item => IgnoreCase(run, getter(item));
    }

    /// <summary>The key of sort, which may name several attributes between commas.</summary>
    private static Func<JinjaValue, JinjaValue> SortKey(JinjaRun run, JinjaValue? attribute, bool caseSensitive)
    {
        if (attribute is not JinjaString text || !text.Text.Contains(',')) return Key(run, attribute, caseSensitive);
        var keys = text.Text.Split(',').Select(part => Key(run, part, caseSensitive)).ToArray();
        return item => new JinjaList([.. keys.Select(key => key(item))]);
    }

    private static JinjaValue Join(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var separator = a[0] is null ? "" : JinjaPrinter.Str(run, a[0]!);
        var getter = Getter(run, a[1]);
        var items = Items(run, value).Select(getter).ToList();
        var escapes = run.Autoescape && (a[0] is JinjaString { IsMarkup: true } || items.Exists(i => i is JinjaString { IsMarkup: true }));
        if (escapes && a[0] is not JinjaString { IsMarkup: true }) separator = PythonText.EscapeHtml(separator);
        var writer = run.Write();
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) writer.Append(separator);
            var text = JinjaPrinter.Str(run, items[i]);
            writer.Append(escapes && items[i] is not JinjaString { IsMarkup: true } ? PythonText.EscapeHtml(text) : text);
        }

        return new JinjaString(writer.ToString(), escapes);
    }

    private static JinjaValue DictSort(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        if (value is not JinjaDict dict) throw (value as JinjaUndefined)?.Failure() ?? new JinjaException($"'{value.TypeName}' object has no attribute 'items'");
        var by = a[1] is null ? "key" : JinjaPrinter.Str(run, a[1]!);
        if (by is not ("key" or "value")) throw new JinjaException("You can only sort by either \"key\" or \"value\"");
        var pairs = JinjaSequence.Items(run, new JinjaDictView(dict, "items"));
        var key = Key(run, by == "key" ? 0 : 1, IsTrue(a[0]));
        return new JinjaList(JinjaComparer.Sort(run, pairs, key, IsTrue(a[2])));
    }

    private static JinjaValue Extreme(JinjaRun run, JinjaValue value, JinjaValue?[] a, string replaces)
    {
        var items = Items(run, value);
        if (items.Count == 0) return new JinjaUndefined("No aggregated item, sequence was empty.");
        var key = Key(run, a[1], IsTrue(a[0]));
        var best = items[0];
        var bestKey = key(best);
        for (var i = 1; i < items.Count; i++)
        {
            var next = key(items[i]);
            if (!JinjaComparer.Test(run, replaces, bestKey, next)) continue;
            (best, bestKey) = (items[i], next);
        }

        return best;
    }

    private static JinjaValue Sum(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var getter = Getter(run, a[0]);
        var total = a[1] ?? 0;
        if (total is JinjaString) throw new JinjaException("sum() can't sum strings [use ''.join(seq) instead]");
        foreach (var item in Items(run, value)) total = JinjaArithmetic.Binary(run, "+", total, getter(item));
        return total;
    }

    private static JinjaList GroupBy(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var caseSensitive = IsTrue(a[2]);
        var key = Key(run, a[0], caseSensitive, a[1]);
        var original = Getter(run, a[0], a[1]);
        var groups = new List<(JinjaValue Key, List<JinjaValue> Items)>();
        foreach (var item in JinjaComparer.Sort(run, Items(run, value), key, reverse: false))
        {
            var itemKey = key(item);
            if (groups.Count == 0 || !JinjaComparer.AreEqual(run, groups[^1].Key, itemKey)) groups.Add((itemKey, []));
            groups[^1].Items.Add(item);
        }

        return new JinjaList([.. groups.Select(g => new JinjaList([caseSensitive ? g.Key : original(g.Items[0]), new JinjaList(g.Items)], isTuple: true) { ElementNames = ["grouper", "list"] })]);
    }
}
