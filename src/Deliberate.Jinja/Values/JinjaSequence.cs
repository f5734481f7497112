using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>Walking, measuring, indexing and slicing of whatever Python can walk, measure, index and slice.</summary>
internal static class JinjaSequence
{
    public static bool IsIterable(JinjaValue value) => value is JinjaString or JinjaList or JinjaDict or JinjaDictView or JinjaRange or JinjaGenerator or JinjaUndefined or JinjaBytes;

    /// <summary>All elements; a generator is used up.</summary>
    public static IReadOnlyList<JinjaValue> Items(JinjaRun run, JinjaValue value, string? notIterable = null)
    {
        switch (value)
        {
            case JinjaList list: return list.Items;
            case JinjaUndefined: return [];
            case JinjaGenerator generator: return [.. generator.Rest()];
            case JinjaString text: return Characters(run, text);
            case JinjaDict dict:
                run.Budget.Spend(dict.Count);
                return [.. dict.Entries.Select(e => e.Key)];
            case JinjaDictView view:
                run.Budget.Spend(view.Dict.Count);
                return [.. view.Dict.Entries.Select(e => view.Kind switch { "keys" => e.Key, "values" => e.Value, _ => JinjaList.Tuple(e.Key, e.Value) })];
            case JinjaRange range:
                run.Budget.Spend(range.Count);
                return [.. Enumerable.Range(0, range.Count).Select(i => range[i])];
            case JinjaBytes bytes:
                run.Budget.Spend(bytes.Bytes.Length);
                return [.. bytes.Bytes.Select(b => new JinjaInt(b))];
            default:
                throw notIterable is null ? JinjaException.NotIterable(value) : new JinjaException(notIterable);
        }
    }

    /// <summary>The elements one by one: of a generator no more are made than are asked for.</summary>
    public static IEnumerable<JinjaValue> Walk(JinjaRun run, JinjaValue value, string? notIterable = null) => value is JinjaGenerator generator ? generator.Rest() : Items(run, value, notIterable);

    private static List<JinjaValue> Characters(JinjaRun run, JinjaString text)
    {
        // Twice: each character becomes two objects.
        run.Budget.Spend(text.Length * 2L);
        var items = new List<JinjaValue>(text.Length);
        for (var i = 0; i < text.Text.Length;)
        {
            var width = PythonText.Width(text.Text, i);
            items.Add(new JinjaString(text.Text.Substring(i, width), text.IsMarkup));
            i += width;
        }

        return items;
    }

    /// <summary>Python's <c>len</c>; null where it would raise.</summary>
    public static int? Length(JinjaValue value) => value switch
    {
        JinjaString text => text.Length,
        JinjaList list => list.Items.Count,
        JinjaDict dict => dict.Count,
        JinjaDictView view => view.Dict.Count,
        JinjaRange range => range.Count,
        JinjaBytes bytes => bytes.Bytes.Length,
        JinjaUndefined => 0,
        _ => null,
    };

    /// <summary>The element at a key, or null where Python would raise and Jinja gives undefined.</summary>
    public static JinjaValue? Find(JinjaRun run, JinjaValue target, JinjaValue key)
    {
        if (target is JinjaDict dict)
        {
            run.Budget.SpendKey(key);
            return key is JinjaList { IsTuple: false } or JinjaDict ? null : dict.Find(key);
        }

        if (key is not (JinjaInt or JinjaBool) || Length(target) is not { } length) return null;
        var position = JinjaArithmetic.ToInteger(key);
        if (position.Sign < 0) position += length;
        if (position.Sign < 0 || position >= length) return null;
        var index = (int)position;
        return target switch
        {
            JinjaList list => list.Items[index],
            JinjaRange range => range[index],
            JinjaBytes bytes => bytes.Bytes[index],
            JinjaString text => new JinjaString(Slice(run, text, index, index + 1, 1), text.IsMarkup),
            _ => null,
        };
    }

    /// <summary><c>target[start:stop:step]</c>; null for what has no slices.</summary>
    public static JinjaValue? Slice(JinjaRun run, JinjaValue target, JinjaValue start, JinjaValue stop, JinjaValue step)
    {
        if (target is not (JinjaString or JinjaList or JinjaRange or JinjaBytes)) return null;
        var length = Length(target)!.Value;
        var by = step is JinjaNone ? 1 : Index(step);
        if (by == 0) throw new JinjaException("slice step cannot be zero");
        var from = Bound(start, length, by > 0 ? 0 : length - 1, by);
        var to = Bound(stop, length, by > 0 ? length : -1, by);
        var count = by > 0 ? (to > from ? ((to - from - 1) / by) + 1 : 0) : (from > to ? ((from - to - 1) / -by) + 1 : 0);
        switch (target)
        {
            case JinjaString text when by == 1:
                return new JinjaString(count == 0 ? "" : Slice(run, text, (int)from, (int)to, 1), text.IsMarkup);
            case JinjaRange range:
                return new JinjaRange(range.Start + (from * range.Step), range.Start + (to * range.Step), range.Step * by, (int)count);
            case JinjaBytes bytes:
                run.Budget.Spend(count);
                return new JinjaBytes([.. Enumerable.Range(0, (int)count).Select(i => bytes.Bytes[(int)(from + (i * by))])]);
            default:
                run.Budget.Spend(count);
                var items = Items(run, target);
                var picked = new JinjaValue[count];
                for (var i = 0; i < count; i++) picked[i] = items[(int)(from + (i * by))];
                return target is JinjaString s ? new JinjaString(string.Concat(picked.Select(p => ((JinjaString)p).Text)), s.IsMarkup) : new JinjaList(picked, ((JinjaList)target).IsTuple);
        }
    }

    private static string Slice(JinjaRun run, JinjaString text, int from, int to, int width)
    {
        run.Budget.Spend(width);
        if (text.IsPlain)
        {
            run.Budget.SpendText(to - from);
            return text.Text[from..to];
        }

        run.Budget.SpendText(text.Text.Length);
        var start = PythonText.UnitOf(text.Text, from);
        var end = start;
        for (var i = from; i < to; i++) end += PythonText.Width(text.Text, end);
        return text.Text[start..end];
    }

    private static long Index(JinjaValue value) => value is JinjaInt or JinjaBool
        ? (long)BigInteger.Clamp(JinjaArithmetic.ToInteger(value), -int.MaxValue, int.MaxValue)
        : throw new JinjaException("slice indices must be integers or None or have an __index__ method");

    private static long Bound(JinjaValue value, int length, long none, long step)
    {
        if (value is JinjaNone) return none;
        var index = Index(value);
        if (index < 0) index += length;
        return step > 0 ? Math.Clamp(index, 0, length) : Math.Clamp(index, -1, length - 1);
    }
}
