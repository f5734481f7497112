using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A function that a model may call.</summary>
/// <param name="Name">By which it is called.</param>
/// <param name="Description">What it does, for the model.</param>
/// <param name="Parameters">A JSON schema of its arguments.</param>
internal sealed record ToolDescription(string Name, string Description, JsonElement Parameters)
{
    /// <summary>As templates and OpenAI's API have it.</summary>
    public JsonObject ToJson() => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = Name, ["description"] = Description, ["parameters"] = JsonNode.Parse(Parameters.GetRawText()) },
    };
}

/// <summary>
/// How calls of tools stand in a text: the form of Hermes, Qwen and most models that were trained on tools, a JSON object of name and
/// arguments between two tags. What a model is told, where its template says nothing of tools, and what it must write, where it must call one.
/// </summary>
internal static class ToolCallText
{
    public const string Open = "<tool_call>", Close = "</tool_call>";

    /// <summary>For the system message of a model whose template knows no tools.</summary>
    public static string Instructions(IEnumerable<ToolDescription> tools) =>
        $"You may call functions. Each of these lines is one, with the JSON schema of its arguments:\n{string.Join('\n', tools.Select(t => t.ToJson().ToJsonString()))}\n"
        + $"To call one, answer with nothing but\n{Open}\n{{\"name\": \"NAME\", \"arguments\": {{}}}}\n{Close}";

    public static string Write(string name, JsonNode? arguments) =>
        $"{Open}\n{new JsonObject { ["name"] = name, ["arguments"] = arguments ?? new JsonObject() }.ToJsonString()}\n{Close}";

    /// <summary>A call of one of some tools, with arguments that its schema accepts; or, where there is one, a text of another form.</summary>
    /// <param name="form">What may be written instead; null where it must be a call.</param>
    public static OutputGrammar Grammar(IReadOnlyList<ToolDescription> tools, OutputGrammar? form)
    {
        var calls = OutputGrammar.FromJsonSchema(new JsonObject
        {
            ["anyOf"] = new JsonArray([.. tools.Select(t => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = t.Name }, ["arguments"] = Arguments(t) },
                ["required"] = new JsonArray("name", "arguments"),
            })]),
        }.ToJsonString());
        return OutputGrammar.Between($"{Open}\n", calls, $"\n{Close}", form);
    }

    /// <summary>What was called; null where the text is no call.</summary>
    /// <param name="text">Between the tags.</param>
    public static (string Name, Dictionary<string, object?> Arguments)? Parse(string text)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject call || call["name"] is not JsonValue name || !name.TryGetValue<string>(out var called)) return null;
            var given = call["arguments"] ?? call["parameters"];
            // Some models write the object as a text once more.
            if (given is JsonValue written && written.TryGetValue<string>(out var inner)) given = JsonNode.Parse(inner);
            if (given is not (null or JsonObject)) return null;
            return (called, given is JsonObject arguments ? arguments.ToDictionary(a => a.Key, a => (object?)(a.Value is null ? null : JsonSerializer.SerializeToElement(a.Value))) : []);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static JsonNode Arguments(ToolDescription tool)
    {
        try
        {
            OutputGrammar.FromJsonSchema(tool.Parameters);
            // References lead from the root of a schema, and several tools share one.
            if (!tool.Parameters.GetRawText().Contains("\"$ref\"", StringComparison.Ordinal)) return JsonNode.Parse(tool.Parameters.GetRawText())!;
        }
        catch (UserError)
        {
            // What cannot be held is any object, and the tool says what is wrong with it.
        }

        return new JsonObject { ["type"] = "object" };
    }
}
