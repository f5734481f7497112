namespace Deliberate.Jinja;

/// <summary>Jinja's tests: what may follow <c>is</c>, and what select and its kin take by name.</summary>
internal static class JinjaTests
{
    private delegate bool Test(JinjaRun run, JinjaValue value, JinjaValue?[] arguments);

    private static readonly string[] Nothing = [];
    private static readonly string[] Other = ["other"];
    private static readonly Dictionary<string, (string[] Parameters, Test Holds)> Table = new(StringComparer.Ordinal)
    {
        ["defined"] = (Nothing, (_, v, _) => v is not JinjaUndefined),
        ["undefined"] = (Nothing, (_, v, _) => v is JinjaUndefined),
        ["none"] = (Nothing, (_, v, _) => v is JinjaNone),
        ["boolean"] = (Nothing, (_, v, _) => v is JinjaBool),
        ["true"] = (Nothing, (_, v, _) => v is JinjaBool && v.IsTrue),
        ["false"] = (Nothing, (_, v, _) => v is JinjaBool && !v.IsTrue),
        ["integer"] = (Nothing, (_, v, _) => v is JinjaInt),
        ["float"] = (Nothing, (_, v, _) => v is JinjaFloat),
        ["number"] = (Nothing, (_, v, _) => JinjaArithmetic.IsNumber(v)),
        ["string"] = (Nothing, (_, v, _) => v is JinjaString),
        ["mapping"] = (Nothing, (_, v, _) => v is JinjaDict),
        ["sequence"] = (Nothing, (_, v, _) => v is JinjaString or JinjaList or JinjaDict or JinjaRange or JinjaBytes or JinjaUndefined),
        ["iterable"] = (Nothing, (_, v, _) => JinjaSequence.IsIterable(v)),
        ["callable"] = (Nothing, (_, v, _) => v is JinjaFunction or JinjaLoop or JinjaUndefined),
        ["escaped"] = (Nothing, (_, v, _) => v is JinjaString { IsMarkup: true }),
        ["upper"] = (Nothing, (run, v, _) => PythonStrings.IsUpper(Text(run, v))),
        ["lower"] = (Nothing, (run, v, _) => PythonStrings.IsLower(Text(run, v))),
        ["odd"] = (Nothing, (run, v, _) => Rest(run, v, 2) is JinjaValue r && JinjaComparer.AreEqual(run, r, 1)),
        ["even"] = (Nothing, (run, v, _) => Rest(run, v, 2) is JinjaValue r && JinjaComparer.AreEqual(run, r, 0)),
        ["divisibleby"] = (["num"], (run, v, a) => JinjaComparer.AreEqual(run, Rest(run, v, a[0]!), 0)),
        ["filter"] = (Nothing, (run, v, _) => JinjaFilters.Exists(JinjaPrinter.Str(run, v))),
        ["test"] = (Nothing, (run, v, _) => Exists(JinjaPrinter.Str(run, v))),
        ["sameas"] = (Other, (_, v, a) => Same(v, a[0]!)),
        ["in"] = (["seq"], (run, v, a) => JinjaComparer.Contains(run, a[0]!, v)),
        ["=="] = (Other, Comparison("==")),
        ["eq"] = (Other, Comparison("==")),
        ["equalto"] = (Other, Comparison("==")),
        ["!="] = (Other, Comparison("!=")),
        ["ne"] = (Other, Comparison("!=")),
        [">"] = (Other, Comparison(">")),
        ["gt"] = (Other, Comparison(">")),
        ["greaterthan"] = (Other, Comparison(">")),
        [">="] = (Other, Comparison(">=")),
        ["ge"] = (Other, Comparison(">=")),
        ["<"] = (Other, Comparison("<")),
        ["lt"] = (Other, Comparison("<")),
        ["lessthan"] = (Other, Comparison("<")),
        ["<="] = (Other, Comparison("<=")),
        ["le"] = (Other, Comparison("<=")),
    };

    public static bool Exists(string name) => Table.ContainsKey(name);

    public static bool Holds(JinjaRun run, string name, JinjaValue value, JinjaArguments arguments)
    {
        if (!Table.TryGetValue(name, out var test)) throw new JinjaException($"No test named '{name}'.");
        return test.Holds(run, value, arguments.Bind(name, test.Parameters, test.Parameters.Length));
    }

    private static string Text(JinjaRun run, JinjaValue value)
    {
        var text = JinjaPrinter.Str(run, value);
        run.Budget.SpendText(text.Length);
        return text;
    }

    private static Test Comparison(string symbol) => (run, value, arguments) => JinjaComparer.Test(run, symbol, value, arguments[0]!);

    private static JinjaValue Rest(JinjaRun run, JinjaValue value, JinjaValue divisor) => JinjaArithmetic.Binary(run, "%", value, divisor);

    /// <summary>Python's <c>is</c>: the one none, true and false, small whole numbers, equal short texts, else the very same value.</summary>
    private static bool Same(JinjaValue a, JinjaValue b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (JinjaInt x, JinjaInt y) => x.Value == y.Value && x.Value >= -5 && x.Value <= 256,
        (JinjaString x, JinjaString y) => x.Text == y.Text && x.IsMarkup == y.IsMarkup,
        _ => false,
    };
}
