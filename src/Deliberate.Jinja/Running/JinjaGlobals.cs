using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>The names every template finds: Jinja's own globals, and the two that transformers adds (raise_exception, strftime_now).</summary>
internal static class JinjaGlobals
{
    /// <summary>Longest range, as in Jinja's sandbox.</summary>
    private const int MaxRange = 100_000;

    public static void Define(JinjaScope scope, JinjaRun run)
    {
        void Add(string name, Func<JinjaArguments, JinjaValue> call) => scope.Set(name, new JinjaFunction(name, call));

        Add("raise_exception", arguments => throw new JinjaException(JinjaPrinter.Str(run, arguments.Bind("raise_exception", ["message"], 1)[0]!)));
        Add("strftime_now", arguments => PythonTime.Format(run, JinjaPrinter.Str(run, arguments.Bind("strftime_now", ["format"], 1)[0]!), run.Time.GetLocalNow()));
        Add("range", Range);
        Add("dict", arguments => MakeDict(run, arguments));
        Add("namespace", arguments => MakeNamespace(run, arguments));
        Add("cycler", arguments => arguments.Positional.Count > 0 ? new JinjaCycler(arguments.Positional) : throw new JinjaException("at least one item has to be provided"));
        Add("joiner", MakeJoiner);
        Add("lipsum", _ => throw new JinjaException("lipsum makes random text, which no chat can need"));
    }

    private static JinjaRange Range(JinjaArguments arguments)
    {
        if (arguments.Named.Count > 0) throw new JinjaException("range() takes no keyword arguments");
        var given = arguments.Positional.Select(JinjaArithmetic.ToInteger).ToArray();
        if (given.Length is 0 or > 3) throw new JinjaException($"range expected 1 to 3 arguments, got {given.Length}");
        var start = given.Length > 1 ? given[0] : BigInteger.Zero;
        var stop = given.Length > 1 ? given[1] : given[0];
        var step = given.Length > 2 ? given[2] : BigInteger.One;
        if (step.IsZero) throw new JinjaException("range() arg 3 must not be zero");
        var count = step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        if (count > MaxRange) throw new JinjaException($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxRange}).");
        return new JinjaRange(start, stop, step, count.Sign > 0 ? (int)count : 0);
    }

    private static JinjaDict MakeDict(JinjaRun run, JinjaArguments arguments)
    {
        if (arguments.Positional.Count > 1) throw new JinjaException($"dict expected at most 1 argument, got {arguments.Positional.Count}");
        var dict = new JinjaDict();
        if (arguments.Positional.Count == 1)
        {
            foreach (var (key, value) in Pairs(run, arguments.Positional[0]))
            {
                run.Budget.SpendKey(key);
                dict.Set(key, value);
            }
        }

        foreach (var (name, value) in arguments.Named) dict.Set(name, value);
        run.Budget.Spend(4 + arguments.Named.Count);
        return dict;
    }

    private static IEnumerable<KeyValuePair<JinjaValue, JinjaValue>> Pairs(JinjaRun run, JinjaValue source)
    {
        if (source is JinjaDict dict) return dict.Entries;
        return JinjaSequence.Items(run, source).Select(item => JinjaSequence.Items(run, item) is { Count: 2 } pair
            ? new KeyValuePair<JinjaValue, JinjaValue>(pair[0], pair[1])
            : throw new JinjaException("dictionary update sequence elements must have length 2"));
    }

    private static JinjaNamespace MakeNamespace(JinjaRun run, JinjaArguments arguments)
    {
        var space = new JinjaNamespace();
        foreach (var (key, value) in MakeDict(run, arguments).Entries) space.Attributes[JinjaPrinter.Str(run, key)] = value;
        return space;
    }

    private static JinjaFunction MakeJoiner(JinjaArguments arguments)
    {
        var separator = arguments.Bind("joiner", ["sep"], 0)[0] ?? ", ";
        var used = false;
        return new JinjaFunction("joiner", _ =>
        {
            var now = used ? separator : "";
            used = true;
            return now;
        });
    }
}
