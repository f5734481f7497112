namespace Deliberate.Safety;

/// <summary>
/// Whether a text holds text of a specification: a run of eight of its words, or the mark of the compact form. Prompts of training and of the
/// evaluation of what was trained hold none, or nobody could say that the model has learned the specification.
/// </summary>
internal static class SpecificationLeak
{
    private const int Run = 8;

    /// <summary>The first words of what leaked; null where nothing did.</summary>
    public static string? In(string text, Specification specification)
    {
        var words = Words(text);
        if (WorldRules.Parse(text) is not null) return string.Join(' ', words.Take(Run));
        var runs = Runs(specification);
        for (var i = 0; i + Run <= words.Length; i++)
        {
            var run = string.Join(' ', words, i, Run);
            if (runs.Contains(run)) return run;
        }

        return null;
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Specification, HashSet<string>> Known = [];

    private static HashSet<string> Runs(Specification specification) => Known.GetValue(specification, static one =>
    {
        var words = Words(SpecificationText.Whole(one));
        return [.. Enumerable.Range(0, Math.Max(0, words.Length - Run + 1)).Select(i => string.Join(' ', words, i, Run))];
    });

    private static string[] Words(string text) => [.. text.ToUpperInvariant().Split([' ', '\n', '\r', '\t', '.', ',', ';', ':', '#', '-', '"'], StringSplitOptions.RemoveEmptyEntries)];
}
