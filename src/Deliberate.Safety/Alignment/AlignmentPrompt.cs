using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>A request to align on.</summary>
/// <param name="Id">As the file says, or its place in it.</param>
/// <param name="Prompt">What the user asks.</param>
/// <param name="Category">Of the specification.</param>
/// <param name="Ideal">What somebody thinks the answer should be, which may be wrong; null where nobody says.</param>
/// <param name="Context">What is known of it besides, for judges that are told; empty for nothing.</param>
internal sealed record AlignmentPrompt(string Id, string Prompt, string Category, ContentRule? Ideal, string Context)
{
    private static readonly Dictionary<string, ContentRule> Rules = new(StringComparer.Ordinal) { ["refuse"] = ContentRule.Disallowed, ["safe_completion"] = ContentRule.SafeCompletion, ["comply"] = ContentRule.Allowed };

    public static IReadOnlyList<string> Ideals => [.. Rules.Keys];

    /// <summary>As files spell it; null where nobody says.</summary>
    public string? IdealWord => Ideal is { } ideal ? WordOf(ideal) : null;

    public static string WordOf(ContentRule rule) => Rules.First(r => r.Value == rule).Key;

    /// <summary>Null of what is none.</summary>
    public static ContentRule? RuleOf(string? word) => word is not null && Rules.TryGetValue(word, out var rule) ? rule : null;

    /// <summary>All requests of the files, each text once.</summary>
    /// <exception cref="UserError">With file, line and field.</exception>
    public static IReadOnlyList<AlignmentPrompt> Read(IReadOnlyList<string> files, Specification specification, Action<string> notice)
    {
        var (seen, ids) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var prompts = new List<AlignmentPrompt>();
        var repeated = 0;
        foreach (var line in files.SelectMany(file => JsonLines.Read(file)))
        {
            var prompt = line.GetString("prompt");
            if (string.IsNullOrWhiteSpace(prompt)) throw line.Error("The text is empty.", "prompt");
            var category = line.GetString("category");
            if (specification.Find(category) is null && !IsHarmless(category))
                throw line.Error($"The specification {specification.Name} has no category \"{category}\".", "category", NearestName.Suggest(category, [.. specification.Categories.Select(c => c.Id)]));
            ContentRule? ideal = line.GetOptionalString("ideal") is not { } word ? null : Rules.TryGetValue(word, out var rule) ? rule : throw line.Error($"There is no ideal \"{word}\".", "ideal", $"It is {string.Join(", ", Rules.Keys)}.");
            var id = line.GetOptionalString("id") ?? FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(line.File)}-{line.Number}");
            if (!ids.Add(id)) throw line.Error($"The id \"{id}\" stands there twice.", "id");
            if (SpecificationLeak.In(prompt, specification) is { } leaked) throw line.Error($"The prompt holds text of the specification (\"{leaked}\"): what is learned from it would be read from the prompt.", "prompt", "Take it out; an attack that imitates a specification belongs into an evaluation.");
            if (seen.Add(prompt)) prompts.Add(new AlignmentPrompt(id, prompt, category, ideal, line.GetOptionalString("context") ?? ""));
            else repeated++;
        }

        if (prompts.Count == 0) throw new UserError("The file holds no request.", files[0]);
        if (repeated > 0) notice(FormattableString.Invariant($"{repeated} requests repeat others and were left out."));
        return prompts;
    }

    /// <summary>Of PolicyWorld, the kinds of things that its specification says nothing of.</summary>
    private static bool IsHarmless(string category) => WorldWords.Harmless.Contains(category);
}
