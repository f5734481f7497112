namespace Deliberate.Jinja;

/// <summary>
/// <c>value.name</c> and <c>value[key]</c> in the sandbox: a dot asks the type's methods first and the elements second, brackets
/// the other way round. Names with a leading underscore and methods that would change a value give an undefined that says so.
/// </summary>
internal static class JinjaAttributes
{
    private static readonly HashSet<string> ListChanges = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
    private static readonly HashSet<string> DictChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    public static JinjaValue GetAttribute(JinjaRun run, JinjaValue target, string name)
    {
        if (target is JinjaUndefined missing) throw missing.Failure();
        return Own(run, target, name) ?? JinjaSequence.Find(run, target, name) ?? JinjaUndefined.Attribute(target, name);
    }

    public static JinjaValue GetItem(JinjaRun run, JinjaValue target, JinjaValue key)
    {
        if (target is JinjaUndefined missing) throw missing.Failure();
        if (JinjaSequence.Find(run, target, key) is { } found) return found;
        if (key is not JinjaString name) return JinjaUndefined.Element(target, key);
        return Own(run, target, name.Text) ?? JinjaUndefined.Attribute(target, name.Text);
    }

    /// <summary>An attribute of the value's type, not of its elements; null where there is none.</summary>
    public static JinjaValue? Own(JinjaRun run, JinjaValue target, string name)
    {
        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) && name.Length > 4)
        {
            // Python's machinery: a dictionary may hold such a key all the same.
            return target is JinjaDict dict && dict.Find(name) is not null ? null : JinjaUndefined.Unsafe(target, name);
        }

        return target switch
        {
            JinjaString text => JinjaStringMethods.Find(run, text, name),
            JinjaDict dict => DictChanges.Contains(name) ? JinjaUndefined.Unsafe(target, name) : DictMethod(run, dict, name),
            JinjaList list => ListAttribute(run, list, name),
            JinjaNamespace space => space.Attributes.GetValueOrDefault(name),
            JinjaFunction function => function.Attributes?.GetValueOrDefault(name),
            JinjaInt or JinjaBool => NumberAttribute(target, name),
            JinjaFloat number when name == "is_integer" => new JinjaFunction(name, _ => double.IsInteger(number.Value)),
            JinjaLoop loop => loop.Find(run, name),
            JinjaCycler cycler => cycler.Find(name),
            JinjaBytes bytes when name == "decode" => new JinjaFunction(name, _ => System.Text.Encoding.UTF8.GetString(bytes.Bytes)),
            _ => null,
        };
    }

    private static JinjaFunction? DictMethod(JinjaRun run, JinjaDict dict, string name) => name switch
    {
        "keys" or "values" or "items" => new JinjaFunction(name, arguments =>
        {
            arguments.Bind(name, [], 0);
            return new JinjaDictView(dict, name);
        }),
        "get" => new JinjaFunction(name, arguments =>
        {
            var bound = arguments.Bind(name, ["key", "default"], 1);
            run.Budget.SpendKey(bound[0]!);
            return dict.Find(bound[0]!) ?? bound[1] ?? JinjaNone.Instance;
        }),
        "copy" => new JinjaFunction(name, _ => dict),
        _ => null,
    };

    private static JinjaValue? ListAttribute(JinjaRun run, JinjaList list, string name)
    {
        if (!list.IsTuple && ListChanges.Contains(name)) return JinjaUndefined.Unsafe(list, name);
        if (list.ElementNames is { } names)
        {
            for (var i = 0; i < names.Count; i++)
            {
                if (names[i] == name) return list.Items[i];
            }
        }

        return name switch
        {
            "index" => new JinjaFunction(name, arguments => IndexOf(run, list, arguments.Bind(name, ["value"], 1)[0]!)),
            "count" => new JinjaFunction(name, arguments =>
            {
                var value = arguments.Bind(name, ["value"], 1)[0]!;
                run.Budget.Spend(list.Items.Count);
                return list.Items.Count(item => JinjaComparer.AreEqual(run, item, value));
            }),
            "copy" when !list.IsTuple => new JinjaFunction(name, _ => list),
            _ => null,
        };
    }

    private static JinjaValue IndexOf(JinjaRun run, JinjaList list, JinjaValue value)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            run.Budget.Spend(1);
            if (JinjaComparer.AreEqual(run, list.Items[i], value)) return i;
        }

        throw new JinjaException($"{JinjaPrinter.Repr(run, value)} is not in list");
    }

    private static JinjaValue? NumberAttribute(JinjaValue target, string name) => name switch
    {
        "real" or "numerator" => new JinjaInt(JinjaArithmetic.ToInteger(target)),
        "imag" => 0,
        "denominator" => 1,
        "bit_length" => new JinjaFunction(name, _ => (int)System.Numerics.BigInteger.Abs(JinjaArithmetic.ToInteger(target)).GetBitLength()),
        _ => null,
    };
}
