using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Testing;
using Json.Schema;

namespace Deliberate.Server.Tests;

/// <summary>OpenAI's own description of what a server answers, and whether an answer is as it says.</summary>
internal static class OpenAiSchemas
{
    private static readonly Lazy<JsonObject> s_schemas = new(() => JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "openai", "openapi.json")))!["components"]!["schemas"]!.AsObject());

    private const string Shared = "#/components/schemas/", Local = "#/$defs/";

    private static readonly Dictionary<string, JsonSchema> s_read = [];

    private static readonly EvaluationOptions s_options = new() { OutputFormat = OutputFormat.List };

    public static void ShouldBe(this JsonNode answer, string schema)
    {
        JsonSchema read;
        lock (s_read)
        {
            if (!s_read.TryGetValue(schema, out read!))
            {
                // References stay within the one document, which holds what they lead to.
                var defs = new JsonObject();
                Collect(schema, defs);
                var document = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$ref"] = Local + schema, ["$defs"] = defs };
                s_read[schema] = read = JsonSchema.FromText(OpenApi(document).ToJsonString().Replace(Shared, Local, StringComparison.Ordinal));
            }
        }

        using var element = JsonDocument.Parse(answer.ToJsonString());
        var result = read.Evaluate(element.RootElement, s_options);
        if (result.IsValid) return;
        var errors = (result.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join("; ", d.Errors!.Values)} ({d.EvaluationPath})").Take(12);
        throw new Xunit.Sdk.XunitException($"{answer.ToJsonString()}\nis no {schema}:\n{string.Join('\n', errors)}");
    }

    /// <summary>The error shape, whatever the status.</summary>
    public static void ShouldBeError(this JsonNode answer) => answer.ShouldBe("ErrorResponse");

    private static void Collect(string schema, JsonObject defs)
    {
        if (defs.ContainsKey(schema)) return;
        var copy = s_schemas.Value[schema]!.DeepClone();
        // What OpenAI's server sends, and Open Responses asks for, while nothing is known of the usage yet; the description has it only as an object.
        if (schema == "Response") copy["allOf"]![2]!["properties"]!["usage"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = Shared + "ResponseUsage" }, new JsonObject { ["type"] = "null" }) };
        defs[schema] = copy;
        foreach (var name in copy.ToJsonString().Split('"').Where(s => s.StartsWith(Shared, StringComparison.Ordinal)).Select(s => s[Shared.Length..])) Collect(name, defs);
    }

    /// <summary>OpenAPI's <c>nullable</c> of older descriptions, which stands beside types in some of it.</summary>
    private static JsonNode OpenApi(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) if (item is not null) OpenApi(item);
        }
        else if (node is JsonObject fields)
        {
            foreach (var (_, value) in fields.ToArray()) if (value is not null) OpenApi(value);
            if (fields["nullable"] is JsonValue nullable && nullable.TryGetValue(out bool isNullable) && isNullable)
            {
                var inner = fields.DeepClone().AsObject();
                inner.Remove("nullable");
                fields.Clear();
                fields["anyOf"] = new JsonArray(inner, new JsonObject { ["type"] = "null" });
            }
        }

        return node;
    }
}
