namespace Deliberate.Cli;

/// <summary>Names of models for a table's narrow column: of a path as much of its end as tells it from the others.</summary>
internal static class ModelNames
{
    public static string[] Short(IReadOnlyList<string> names)
    {
        var depth = 1;
        while (depth < 16 && names.Distinct(StringComparer.Ordinal).Count() != names.Select(n => End(n, depth)).Distinct(StringComparer.Ordinal).Count()) depth++;
        return [.. names.Select(n => End(n, depth))];
    }

    private static string End(string name, int depth)
    {
        if (!Path.Exists(name)) return name;
        var parts = name.Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        return string.Join('/', parts[Math.Max(0, parts.Length - depth)..]);
    }
}
