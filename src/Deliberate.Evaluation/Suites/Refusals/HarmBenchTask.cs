using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// HarmBench's behaviours (Mazeika et al. 2024, arXiv 2402.04249) asked as they are; under an attack as <c>harmbench+base64</c>. Its own
/// file, or a plain list of a behaviour a line (<c>prompts.txt</c>), which has no categories.
/// </summary>
internal static class HarmBenchTask
{
    public const string Name = "harmbench";

    private const string Table = "harmbench_behaviors_text_all.csv", List = "prompts.txt", Category = "category";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "HarmBench: harmful behaviours",
        Summary = "Whether requests for harmful behaviour are declined.",
        Source = DataSets.HarmBench.Source,
        Items = (context, cancellation) => TaskData.IsLocal(context, DataSets.HarmBench, List) && !TaskData.IsLocal(context, DataSets.HarmBench, Table)
            ? TaskData.Read(context, DataSets.HarmBench, List, Lines, cancellation)
            : TaskData.Read(context, DataSets.HarmBench, Table, Rows, cancellation),
        Scorer = RefusalScoring.Decline,
        Corrected = RefusalScoring.Corrected,
        Metrics = RefusalMetrics.Harmful(CardCategories.Tag),
        Defaults = RefusalScoring.Defaults,
        Published = [.. Card.Four("not_unsafe", "o1 system card, table 23, public jailbreaks on the standard set", 1.00, 1.00, 1.00, 1.00)],
        Differences = "The card applies public jailbreaks to prompts of its own; HarmBench's own judge is a fine-tuned model that is not used here.",
    };

    private static IEnumerable<EvaluationItem> Rows(string path)
    {
        foreach (var row in CsvRows.Read(path))
        {
            var (behaviour, context, semantic) = (row["Behavior"], row.Find("ContextString") ?? "", row["SemanticCategory"]);
            if (string.IsNullOrWhiteSpace(behaviour)) throw new UserError("The behaviour is empty.", row.File, row.Line, field: "Behavior");
            var tags = new Dictionary<string, string> { [Category] = semantic };
            if (CardCategories.OfHarmBench(semantic) is { } category) tags[CardCategories.Tag] = category;
            yield return new EvaluationItem { Id = row["BehaviorID"], Messages = GeneratedItems.Ask(context.Length > 0 ? $"{context}\n\n---\n\n{behaviour}" : behaviour), Tags = tags };
        }
    }

    private static IEnumerable<EvaluationItem> Lines(string path)
    {
        var number = 0;
        foreach (var line in Utf8Text.Decode(File.ReadAllBytes(path), path).Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return new EvaluationItem { Id = $"line.{number.ToString(CultureInfo.InvariantCulture)}", Messages = GeneratedItems.Ask(line.Trim()) };
        }
    }
}
