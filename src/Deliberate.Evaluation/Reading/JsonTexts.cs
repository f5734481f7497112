using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Evaluation;

/// <summary>Fields of JSON that others wrote, as text: what is absent, null or of another kind is the default, never an error.</summary>
internal static class JsonTexts
{
    /// <summary>A text; of a number, an object or an array its JSON; empty where there is none.</summary>
    public static string Text(this JsonElement json, string field) => json.TextOrNull(field) ?? "";

    /// <inheritdoc cref="Text"/>
    public static string? TextOrNull(this JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var found) ? Of(found) : null;

    public static double Number(this JsonElement json, string field, double otherwise = 0) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var found) && found.ValueKind == JsonValueKind.Number ? found.GetDouble() : otherwise;

    /// <summary>0 where there is none, or it is none.</summary>
    public static long Whole(this JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var found) && found.ValueKind == JsonValueKind.Number && found.TryGetInt64(out var value) ? value : 0;

    public static bool IsTrue(this JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var found) && found.ValueKind == JsonValueKind.True;

    /// <summary>An object or array of that name; null where there is none.</summary>
    public static JsonElement? Inner(this JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var found) && found.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? found : null;

    /// <summary>The items of an array; none where it is none.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string field) =>
        json.Inner(field) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Null of null.</summary>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    /// <summary>Of a node: a text as it is, of anything else its JSON; empty of null.</summary>
    public static string Of(JsonNode? node) => node is null ? "" : node is JsonValue single && single.TryGetValue<string>(out var text) ? text : node.ToJsonString();

    /// <summary>The text of a content: a text, or parts of which some are texts; what is no text is named in brackets.</summary>
    public static string Parts(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join('\n', content.EnumerateArray().Select(Part).Where(text => text.Length > 0)),
        _ => "",
    };

    private static string Part(JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.String) return part.GetString()!;
        var kind = part.Text("type");
        return kind switch
        {
            "text" or "input_text" or "output_text" => part.Text("text"),
            "refusal" => part.Text("refusal"),
            "reasoning" => "",
            _ => $"[{kind}]",
        };
    }
}
