using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>Parts of a study as a command line names them: <c>arithmetic,countdown</c>.</summary>
internal static class ChapterNames
{
    /// <summary>Those that are named; all where nothing is.</summary>
    /// <exception cref="UserError">There is no such part, or none is named.</exception>
    public static IReadOnlyList<Chapter<TPlan>> Chosen<TPlan>(IReadOnlyList<Chapter<TPlan>> known, string? names)
    {
        if (names is null) return known;
        string[] all = [.. known.Select(c => c.Name)], given = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (given.Length == 0) throw new UserError("No chapter is named.", field: "--chapters", advice: $"Name some of {string.Join(", ", all)}, or leave the option out.");
        foreach (var name in given)
            if (!all.Contains(name, StringComparer.Ordinal)) throw new UserError($"There is no chapter \"{name}\".", field: "--chapters", advice: NearestName.Suggest(name, all));
        return [.. known.Where(c => given.Contains(c.Name, StringComparer.Ordinal))];
    }
}
