using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// How a model is told of tools, and how it calls them, where its template does not say: the form of Hermes, Qwen and most models
/// that were trained on tools, a JSON object of name and arguments between two tags.
/// </summary>
internal static class ToolCallForm
{
    public const string Open = "<tool_call>", Close = "</tool_call>";

    /// <summary>What an answer begins with that must be a call.</summary>
    /// <param name="name">The function; null for any.</param>
    public static string Opening(string? name) => name is null ? $"{Open}\n" : $"{Open}\n{{\"name\": {ApiJson.Text(JsonValue.Create(name))}, \"arguments\": ";

    /// <summary>What has to come behind the opening: arguments that fit, or a call of one of the tools with arguments that fit.</summary>
    /// <param name="name">The function; null for any.</param>
    /// <exception cref="ApiError">The schema of a strict tool cannot be held.</exception>
    public static OutputGrammar Grammar(IReadOnlyList<OfferedTool> tools, string? name)
    {
        var schemas = tools.Where(t => name is null || t.Name == name).Select(t => (t.Name, Schema: Schema(t))).ToArray();
        if (name is not null) return OutputGrammar.FromJsonSchema(schemas[0].Schema.ToJsonString());
        return OutputGrammar.FromJsonSchema(new JsonObject
        {
            ["anyOf"] = new JsonArray([.. schemas.Select(s => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = s.Name }, ["arguments"] = s.Schema },
                ["required"] = new JsonArray("name", "arguments"),
                ["additionalProperties"] = false,
            })]),
        }.ToJsonString());
    }

    /// <summary>What the arguments of a tool must look like; of one that is not strict at least an object.</summary>
    private static JsonNode Schema(OfferedTool tool)
    {
        var any = new JsonObject { ["type"] = "object" };
        if (tool.Parameters is not { } parameters) return any;
        try
        {
            OutputGrammar.FromJsonSchema(parameters);
            // References lead from the root of a schema, and several would share one.
            return parameters.GetRawText().Contains("\"$ref\"", StringComparison.Ordinal) ? any : JsonNode.Parse(parameters.GetRawText())!;
        }
        catch (UserError error)
        {
            return tool.Strict ? throw ApiError.Invalid($"The parameters of the tool '{tool.Name}' cannot be held strictly: {error.Problem} ({error.Field})", "tools", "invalid_function_parameters") : any;
        }
    }

    public static string Write(ToolCall call) => $"{Open}\n{{\"name\": {ApiJson.Text(JsonValue.Create(call.Name))}, \"arguments\": {call.Arguments}}}\n{Close}";

    public static string Instructions(IReadOnlyList<OfferedTool> tools) =>
        "You may call functions. These are there, each as a JSON object with the schema of its arguments:\n"
        + string.Join('\n', tools.Select(t => ApiJson.Text(PromptWriter.Described(t))))
        + $"\nTo call one, write a JSON object of its name and arguments between tags, and nothing after it:\n{Open}\n{{\"name\": \"NAME\", \"arguments\": {{}}}}\n{Close}";
}
