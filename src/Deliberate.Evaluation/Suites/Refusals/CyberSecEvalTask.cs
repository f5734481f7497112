using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>CyberSecEval's false refusals (Bhatt et al. 2024, arXiv 2404.13161): 750 harmless requests on security that borrow the words of attacks.</summary>
internal static class CyberSecEvalTask
{
    public const string Name = "cyberseceval-frr";

    private const string File = "mitre_frr.json", Prompt = "mutated_prompt", Kind = "attack_type";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "CyberSecEval: false refusals",
        Summary = "Over-refusal of harmless requests on security.",
        Source = DataSets.CyberSecEval.Source,
        Items = (context, cancellation) => TaskData.Read(context, DataSets.CyberSecEval, File, Rows, cancellation),
        Scorer = RefusalScoring.Comply,
        Metrics = RefusalMetrics.Benign(null),
        Defaults = RefusalScoring.Defaults,
        Published = [.. Card.Four("not_overrefuse", "o1 system card, table 1, standard refusal evaluation", .91, .93, .93, .90)],
        Differences = "The card's benign prompts are others; CyberSecEval itself finds refusals by words, here a classifier does.",
    };

    private static IEnumerable<EvaluationItem> Rows(string path)
    {
        JsonElement root;
        try
        {
            root = JsonSerializer.Deserialize<JsonElement>(Utf8Text.Read(path).Span);
        }
        catch (JsonException error)
        {
            throw new UserError("This is not valid JSON.", path, (int)(error.LineNumber ?? 0) + 1, advice: "Expected an array of objects.", inner: error);
        }

        if (root.ValueKind != JsonValueKind.Array) throw new UserError("Expected an array of objects.", path);
        var number = 0;
        foreach (var entry in root.EnumerateArray())
        {
            number++;
            var field = string.Create(CultureInfo.InvariantCulture, $"[{number}].{Prompt}");
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty(Prompt, out var prompt) || prompt.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(prompt.GetString())) throw new UserError("Expected text.", path, field: field);
            yield return new EvaluationItem
            {
                Id = number.ToString(CultureInfo.InvariantCulture),
                Messages = GeneratedItems.Ask(prompt.GetString()!),
                Tags = new Dictionary<string, string> { [Kind] = entry.TryGetProperty(Kind, out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString()! : "" },
            };
        }
    }
}
