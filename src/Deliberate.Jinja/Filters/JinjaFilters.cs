namespace Deliberate.Jinja;

/// <summary>One filter: its parameters, how many of them must be given, and what it does. No parameters (null) means any arguments.</summary>
internal sealed record JinjaFilter(string[]? Parameters, int Required, Func<JinjaRun, JinjaValue, JinjaValue?[], JinjaArguments, JinjaValue> Apply)
{
    public static JinjaFilter Of(string[] parameters, int required, Func<JinjaRun, JinjaValue, JinjaValue?[], JinjaValue> apply) => new(parameters, required, (run, value, bound, _) => apply(run, value, bound));

    public static JinjaFilter Of(Func<JinjaRun, JinjaValue, JinjaValue> apply) => new([], 0, (run, value, _, _) => apply(run, value));

    public static JinjaFilter Free(Func<JinjaRun, JinjaValue, JinjaArguments, JinjaValue> apply) => new(null, 0, (run, value, _, arguments) => apply(run, value, arguments));
}

/// <summary>The list of filters: Jinja's own, with <c>tojson</c> as transformers replaces it. To add one, add it to its table.</summary>
internal static class JinjaFilters
{
    private static readonly Dictionary<string, JinjaFilter> Table = Collect(JinjaTextFilters.Table, JinjaListFilters.Table, JinjaLazyFilters.Table, JinjaValueFilters.Table);

    private static Dictionary<string, JinjaFilter> Collect(params Dictionary<string, JinjaFilter>[] tables) => tables.SelectMany(t => t).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);

    public static bool Exists(string name) => Table.ContainsKey(name);

    public static JinjaValue Apply(JinjaRun run, string name, JinjaValue value, JinjaArguments arguments)
    {
        if (!Table.TryGetValue(name, out var filter)) throw new JinjaException($"No filter named '{name}'.");
        if (value is JinjaString text) run.Budget.SpendText(text.Text.Length);
        var bound = filter.Parameters is null ? [] : arguments.Bind(name, filter.Parameters, filter.Required);
        return filter.Apply(run, value, bound, arguments);
    }
}
