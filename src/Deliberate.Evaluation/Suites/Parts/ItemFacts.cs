using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>What an item tells its scorer alone, as JSON there and back.</summary>
internal static class ItemFacts
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(params IEnumerable<(string Name, JsonNode? Value)> facts)
    {
        var json = new JsonObject();
        foreach (var (name, value) in facts) json[name] = value;
        return json.ToJsonString(Relaxed);
    }

    /// <summary>A fact of the sample's item as text; empty where it has none of that name.</summary>
    public static string Text(Sample sample, string name) => Find(sample, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    public static int Number(Sample sample, string name) => Find(sample, name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : throw new InvalidOperationException($"The item has no number {name}.");

    /// <summary>The choices of the sample's item, in the order of their letters.</summary>
    public static IReadOnlyList<string> Choices(Sample sample)
    {
        using var state = JsonDocument.Parse(sample.Problem.State);
        return state.RootElement.TryGetProperty(EvaluationItem.ChoicesField, out var choices) ? [.. choices.EnumerateArray().Select(c => c.GetString()!)] : [];
    }

    private static JsonElement? Find(Sample sample, string name)
    {
        using var state = JsonDocument.Parse(sample.Problem.State);
        return state.RootElement.TryGetProperty(EvaluationItem.FactsField, out var facts) && facts.TryGetProperty(name, out var value) ? value.Clone() : null;
    }
}
