using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Testing;
using Json.Schema;

namespace Deliberate.Server.Tests;

/// <summary>OpenAI's own description of what a server answers, and whether an answer is as it says.</summary>
internal static class OpenAiSchemas
{
    private static readonly Lazy<JsonObject> s_schemas = new(() => JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "openai", "openapi.json")))!["components"]!["schemas"]!.AsObject());

    private static readonly Dictionary<string, JsonSchema> s_read = [];

    private static readonly EvaluationOptions s_options = new() { OutputFormat = OutputFormat.List };

    public static void ShouldBe(this JsonNode answer, string schema)
    {
        JsonSchema read;
        lock (s_read)
        {
            if (!s_read.TryGetValue(schema, out read!))
            {
                // References stay within the one document that holds them all.
                var document = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$ref"] = $"#/$defs/{schema}", ["$defs"] = s_schemas.Value.DeepClone() };
                var text = document.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
                s_read[schema] = read = JsonSchema.FromText(OpenApi(JsonNode.Parse(text)!).ToJsonString());
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
