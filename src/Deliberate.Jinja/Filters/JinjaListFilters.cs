using Deliberate.Core;

namespace Deliberate.Jinja;

/// <summary>Filters that walk a sequence: selecting, mapping, sorting, grouping, joining and the ends.</summary>
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
        ["unique"] = JinjaFilter.Of(["case_sensitive", "attribute"], 0, Unique),
        ["min"] = JinjaFilter.Of(["case_sensitive", "attribute"], 0, (run, v, a) => Extreme(run, v, a, ">")),
        ["max"] = JinjaFilter.Of(["case_sensitive", "attribute"], 0, (run, v, a) => Extreme(run, v, a, "<")),
        ["sum"] = JinjaFilter.Of(["attribute", "start"], 0, Sum),
        ["batch"] = JinjaFilter.Of(["linecount", "fill_with"], 1, Batch),
        ["slice"] = JinjaFilter.Of(["slices", "fill_with"], 1, Slice),
        ["groupby"] = JinjaFilter.Of(["attribute", "default", "case_sensitive"], 1, GroupBy),
        ["map"] = JinjaFilter.Free(Map),
        ["select"] = JinjaFilter.Free((run, v, a) => Select(run, v, a, keep: true, byAttribute: false)),
        ["reject"] = JinjaFilter.Free((run, v, a) => Select(run, v, a, keep: false, byAttribute: false)),
        ["selectattr"] = JinjaFilter.Free((run, v, a) => Select(run, v, a, keep: true, byAttribute: true)),
        ["rejectattr"] = JinjaFilter.Free((run, v, a) => Select(run, v, a, keep: false, byAttribute: true)),
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
        var items = Items(run, value);
        return items.Count == 0 ? Empty("No random item") : items[new RandomStream(0, StreamStage.Sampling, sample: run.Draws++).Next(items.Count)];
    }

    private static JinjaValue Reverse(JinjaRun run, JinjaValue value)
    {
        if (!JinjaSequence.IsIterable(value)) throw new JinjaException("argument must be iterable");
        var items = Items(run, value).ToArray();
        Array.Reverse(items);
        if (value is JinjaString text) return new JinjaString(string.Concat(items.Select(i => ((JinjaString)i).Text)), text.IsMarkup);
        return new JinjaGenerator(items);
    }

    /// <summary>How <c>attribute='a.b.0'</c> reaches into an element: each part by item first, then by attribute.</summary>
    private static Func<JinjaValue, JinjaValue> Getter(JinjaRun run, JinjaValue? attribute, JinjaValue? fallback = null)
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

    private static Func<JinjaValue, JinjaValue> Key(JinjaRun run, JinjaValue? attribute, bool caseSensitive, JinjaValue? fallback = null)
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

    private static JinjaGenerator Unique(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var key = Key(run, a[1], IsTrue(a[0]));
        var seen = new HashSet<JinjaValue>(JinjaKeyComparer.Instance);
        return new JinjaGenerator([.. Items(run, value).Where(item =>
        {
            var itemKey = key(item);
            run.Budget.SpendKey(itemKey);
            return seen.Add(itemKey);
        })]);
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

    private static JinjaGenerator Batch(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var size = JinjaArithmetic.ToInt(a[0]!);
        var batches = new List<JinjaValue>();
        var current = new List<JinjaValue>();
        foreach (var item in Items(run, value))
        {
            if (current.Count == size)
            {
                batches.Add(new JinjaList(current));
                current = [];
            }

            current.Add(item);
        }

        if (current.Count > 0)
        {
            if (a[1] is { } fill and not JinjaNone)
            {
                run.Budget.Spend(Math.Max(0, size - current.Count));
                while (current.Count < size) current.Add(fill);
            }

            batches.Add(new JinjaList(current));
        }

        return new JinjaGenerator(batches);
    }

    private static JinjaGenerator Slice(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var items = Items(run, value);
        var slices = JinjaArithmetic.ToInt(a[0]!);
        if (slices == 0) throw new JinjaException("integer division or modulo by zero");
        run.Budget.Spend(Math.Max(0, slices));
        var result = new List<JinjaValue>();
        var start = 0;
        for (var i = 0; i < slices; i++)
        {
            var extra = i < items.Count % slices;
            var length = (items.Count / slices) + (extra ? 1 : 0);
            var part = items.Skip(start).Take(length).ToList();
            start += length;
            if (!extra && a[1] is { } fill and not JinjaNone) part.Add(fill);
            result.Add(new JinjaList(part));
        }

        return new JinjaGenerator(result);
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

    private static JinjaValue Map(JinjaRun run, JinjaValue value, JinjaArguments arguments)
    {
        if (!value.IsTrue) return new JinjaGenerator([]);
        Func<JinjaValue, JinjaValue> map;
        if (arguments.Positional.Count == 0 && arguments.Find("attribute") is { } attribute)
        {
            foreach (var (name, _) in arguments.Named)
            {
                if (name is not ("attribute" or "default")) throw new JinjaException($"Unexpected keyword argument '{name}'");
            }

            map = Getter(run, attribute, arguments.Find("default"));
        }
        else
        {
            if (arguments.Positional.Count == 0) throw new JinjaException("map requires a filter argument");
            var filter = JinjaPrinter.Str(run, arguments.Positional[0]);
            var rest = new JinjaArguments([.. arguments.Positional.Skip(1)], arguments.Named);
            map = item => JinjaFilters.Apply(run, filter, item, rest);
        }

        run.Budget.Enter();
        var result = new JinjaGenerator([.. Items(run, value).Select(map)]);
        run.Budget.Leave();
        return result;
    }

    private static JinjaGenerator Select(JinjaRun run, JinjaValue value, JinjaArguments arguments, bool keep, bool byAttribute)
    {
        if (!value.IsTrue) return new JinjaGenerator([]);
        var offset = byAttribute ? 1 : 0;
        if (byAttribute && arguments.Positional.Count == 0) throw new JinjaException("Missing parameter for attribute name");
        var getter = byAttribute ? Getter(run, arguments.Positional[0]) : item => item;
        Func<JinjaValue, bool> holds = item => item.IsTrue;
        if (arguments.Positional.Count > offset)
        {
            var test = JinjaPrinter.Str(run, arguments.Positional[offset]);
            var rest = new JinjaArguments([.. arguments.Positional.Skip(offset + 1)], arguments.Named);
            holds = item => JinjaTests.Holds(run, test, item, rest);
        }

        return new JinjaGenerator([.. Items(run, value).Where(item => holds(getter(item)) == keep)]);
    }
}
