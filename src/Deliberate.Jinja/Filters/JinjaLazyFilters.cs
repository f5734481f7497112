namespace Deliberate.Jinja;

/// <summary>
/// Filters that give a generator, as in Jinja: selecting, mapping, cutting and telling repeats apart. Nothing of them runs before an
/// element is asked for, and then no more than it takes: <c>items | map(attribute='a.0') | first</c> never looks at the second item,
/// and wrong arguments are an error where the first element is wanted.
/// </summary>
internal static class JinjaLazyFilters
{
    public static Dictionary<string, JinjaFilter> Table { get; } = new(StringComparer.Ordinal)
    {
        ["map"] = JinjaFilter.Free((run, v, a) => new JinjaGenerator(run, Map(run, v, a))),
        ["select"] = JinjaFilter.Free((run, v, a) => new JinjaGenerator(run, Select(run, v, a, keep: true, byAttribute: false))),
        ["reject"] = JinjaFilter.Free((run, v, a) => new JinjaGenerator(run, Select(run, v, a, keep: false, byAttribute: false))),
        ["selectattr"] = JinjaFilter.Free((run, v, a) => new JinjaGenerator(run, Select(run, v, a, keep: true, byAttribute: true))),
        ["rejectattr"] = JinjaFilter.Free((run, v, a) => new JinjaGenerator(run, Select(run, v, a, keep: false, byAttribute: true))),
        ["unique"] = JinjaFilter.Of(["case_sensitive", "attribute"], 0, (run, v, a) => new JinjaGenerator(run, Unique(run, v, a))),
        ["batch"] = JinjaFilter.Of(["linecount", "fill_with"], 1, (run, v, a) => new JinjaGenerator(run, Batch(run, v, a))),
        ["slice"] = JinjaFilter.Of(["slices", "fill_with"], 1, (run, v, a) => new JinjaGenerator(run, Slice(run, v, a))),
    };

    private static IEnumerable<JinjaValue> Map(JinjaRun run, JinjaValue value, JinjaArguments arguments)
    {
        if (!value.IsTrue) yield break;
        var map = Mapping(run, arguments);
        foreach (var item in Walk(run, value)) yield return map(item);
    }

    private static Func<JinjaValue, JinjaValue> Mapping(JinjaRun run, JinjaArguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.Find("attribute") is { } attribute)
        {
            foreach (var (name, _) in arguments.Named)
            {
                if (name is not ("attribute" or "default")) throw new JinjaException($"Unexpected keyword argument '{name}'");
            }

            return JinjaListFilters.Getter(run, attribute, arguments.Find("default"));
        }

        if (arguments.Positional.Count == 0) throw new JinjaException("map requires a filter argument");
        var filter = JinjaPrinter.Str(run, arguments.Positional[0]);
        var rest = new JinjaArguments([.. arguments.Positional.Skip(1)], arguments.Named);
        return item => JinjaFilters.Apply(run, filter, item, rest);
    }

    private static IEnumerable<JinjaValue> Select(JinjaRun run, JinjaValue value, JinjaArguments arguments, bool keep, bool byAttribute)
    {
        if (!value.IsTrue) yield break;
        var holds = Condition(run, arguments, byAttribute);
        foreach (var item in Walk(run, value))
        {
            if (holds(item) == keep) yield return item;
        }
    }

    private static Func<JinjaValue, bool> Condition(JinjaRun run, JinjaArguments arguments, bool byAttribute)
    {
        var offset = byAttribute ? 1 : 0;
        if (byAttribute && arguments.Positional.Count == 0) throw new JinjaException("Missing parameter for attribute name");
        var getter = byAttribute ? JinjaListFilters.Getter(run, arguments.Positional[0]) : item => item;
        if (arguments.Positional.Count == offset) return item => getter(item).IsTrue;
        var test = JinjaPrinter.Str(run, arguments.Positional[offset]);
        var rest = new JinjaArguments([.. arguments.Positional.Skip(offset + 1)], arguments.Named);
        return item => JinjaTests.Holds(run, test, getter(item), rest);
    }

    private static IEnumerable<JinjaValue> Unique(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var key = JinjaListFilters.Key(run, a[1], a[0]?.IsTrue ?? false);
        var seen = new HashSet<JinjaValue>(JinjaKeyComparer.Instance);
        foreach (var item in Walk(run, value))
        {
            var itemKey = key(item);
            run.Budget.SpendKey(itemKey);
            if (seen.Add(itemKey)) yield return item;
        }
    }

    private static IEnumerable<JinjaValue> Batch(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var size = JinjaArithmetic.ToInt(a[0]!);
        var current = new List<JinjaValue>();
        foreach (var item in Walk(run, value))
        {
            if (current.Count == size)
            {
                yield return new JinjaList(current);
                current = [];
            }

            current.Add(item);
        }

        if (current.Count == 0) yield break;
        if (a[1] is { } fill and not JinjaNone)
        {
            run.Budget.Spend(Math.Max(0, size - current.Count));
            while (current.Count < size) current.Add(fill);
        }

        yield return new JinjaList(current);
    }

    /// <summary>Needs all elements for the first part: how many there are says how long it is.</summary>
    private static IEnumerable<JinjaValue> Slice(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        var items = Walk(run, value).ToList();
        var slices = JinjaArithmetic.ToInt(a[0]!);
        if (slices == 0) throw new JinjaException("integer division or modulo by zero");
        run.Budget.Spend(Math.Max(0, slices));
        var start = 0;
        for (var i = 0; i < slices; i++)
        {
            var extra = i < items.Count % slices;
            var length = (items.Count / slices) + (extra ? 1 : 0);
            var part = items.GetRange(start, length);
            start += length;
            if (!extra && a[1] is { } fill and not JinjaNone) part.Add(fill);
            yield return new JinjaList(part);
        }
    }

    private static IEnumerable<JinjaValue> Walk(JinjaRun run, JinjaValue value)
    {
        foreach (var item in JinjaSequence.Walk(run, value))
        {
            run.Budget.Spend(1);
            yield return item;
        }
    }
}
