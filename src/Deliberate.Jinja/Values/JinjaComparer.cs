namespace Deliberate.Jinja;

/// <summary>Python's ==, &lt; and in: equality of any two values, order within one kind only, element by element for lists.</summary>
internal static class JinjaComparer
{
    public static bool Test(JinjaRun run, string symbol, JinjaValue left, JinjaValue right) => symbol switch
    {
        "==" => AreEqual(run, left, right),
        "!=" => !AreEqual(run, left, right),
        "in" => Contains(run, right, left),
        "notin" => !Contains(run, right, left),
        "<" => Order(run, left, right, symbol) == -1,
        "<=" => Order(run, left, right, symbol) is -1 or 0,
        ">" => Order(run, left, right, symbol) == 1,
        _ => Order(run, left, right, symbol) is 1 or 0,
    };

    public static bool AreEqual(JinjaRun run, JinjaValue left, JinjaValue right)
    {
        if (ReferenceEquals(left, right)) return left is not JinjaFloat { Value: double.NaN };
        switch (left, right)
        {
            case (JinjaString a, JinjaString b):
                if (a.Text.Length != b.Text.Length) return false;
                run.Budget.Spend(a.Text.Length / 64);
                return a.Text == b.Text;
            case (JinjaList a, JinjaList b):
                return a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && FirstDifference(run, a, b) == a.Items.Count;
            case (JinjaDict a, JinjaDict b):
                return SameEntries(run, a, b);
            case (JinjaRange a, JinjaRange b):
                return a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Step == b.Step)));
            default:
                return JinjaKeyComparer.Instance.Equals(left, right);
        }
    }

    private static int FirstDifference(JinjaRun run, JinjaList a, JinjaList b)
    {
        run.Budget.Enter();
        var i = 0;
        for (var shared = Math.Min(a.Items.Count, b.Items.Count); i < shared; i++)
        {
            run.Budget.Spend(1);
            if (!AreEqual(run, a.Items[i], b.Items[i])) break;
        }

        run.Budget.Leave();
        return i;
    }

    private static bool SameEntries(JinjaRun run, JinjaDict a, JinjaDict b)
    {
        if (a.Count != b.Count) return false;
        run.Budget.Enter();
        var same = true;
        foreach (var (key, value) in a.Entries)
        {
            run.Budget.SpendKey(key);
            same = b.Find(key) is { } other && AreEqual(run, value, other);
            if (!same) break;
        }

        run.Budget.Leave();
        return same;
    }

    /// <summary>-1, 0, 1, or 2 where a NaN makes every comparison false.</summary>
    public static int Order(JinjaRun run, JinjaValue left, JinjaValue right, string symbol)
    {
        if (left is JinjaUndefined missing) throw missing.Failure();
        if (right is JinjaUndefined absent) throw absent.Failure();
        if (JinjaArithmetic.IsNumber(left) && JinjaArithmetic.IsNumber(right)) return JinjaArithmetic.Compare(left, right);
        switch (left, right)
        {
            case (JinjaString a, JinjaString b):
                run.Budget.Spend(1 + (Math.Min(a.Text.Length, b.Text.Length) / 64));
                return Math.Sign(PythonText.Compare(a.Text, b.Text));
            case (JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple:
                var i = FirstDifference(run, a, b);
                if (i == a.Items.Count || i == b.Items.Count) return a.Items.Count.CompareTo(b.Items.Count);
                run.Budget.Enter();
                var order = Order(run, a.Items[i], b.Items[i], symbol);
                run.Budget.Leave();
                return order;
            default:
                throw new JinjaException($"'{symbol}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    public static bool Contains(JinjaRun run, JinjaValue container, JinjaValue item)
    {
        switch (container)
        {
            case JinjaString text:
                if (item is JinjaUndefined missing) throw missing.Failure();
                if (item is not JinjaString part) throw new JinjaException($"'in <string>' requires string as left operand, not {item.TypeName}");
                run.Budget.SpendSearch(text.Text.Length, part.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case JinjaDict dict:
                run.Budget.SpendKey(item);
                return dict.Find(item) is not null;
            case JinjaDictView { Kind: "keys" } keys:
                run.Budget.SpendKey(item);
                return keys.Dict.Find(item) is not null;
            default:
                foreach (var element in JinjaSequence.Walk(run, container, notIterable: $"argument of type '{container.TypeName}' is not iterable"))
                {
                    run.Budget.Spend(1);
                    if (AreEqual(run, element, item)) return true;
                }

                return false;
        }
    }

    /// <summary>A stable sort by precomputed keys; each comparison is paid for.</summary>
    public static JinjaValue[] Sort(JinjaRun run, IReadOnlyList<JinjaValue> items, Func<JinjaValue, JinjaValue> key, bool reverse)
    {
        var keyed = items.Select((item, index) => (Item: item, Key: key(item), Index: index)).ToArray();
        try
        {
            Array.Sort(keyed, (a, b) =>
            {
                run.Budget.Spend(1);
                if (a.Index == b.Index) return 0;
                var order = Order(run, a.Key, b.Key, "<");
                if (order == 0 || order == 2) return a.Index.CompareTo(b.Index);
                return reverse ? -order : order;
            });
        }
        catch (InvalidOperationException e) when (e.InnerException is JinjaException inner)
        {
            // Array.Sort wraps what its comparison throws.
            throw new JinjaException(inner.Message, inner.Line);
        }

        return [.. keyed.Select(k => k.Item)];
    }
}
