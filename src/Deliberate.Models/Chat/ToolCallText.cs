using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A function that a model may call.</summary>
/// <param name="Name">By which it is called.</param>
/// <param name="Description">What it does, for the model; null where nobody said.</param>
/// <param name="Parameters">A JSON schema of its arguments; null for none.</param>
/// <param name="Strict">Whether arguments that do not fit the schema may not be written.</param>
internal sealed record ToolDescription(string Name, string? Description, JsonElement? Parameters, bool Strict = false)
{
    /// <summary>As templates and OpenAI's API have it.</summary>
    public JsonObject ToJson()
    {
        var function = new JsonObject { ["name"] = Name };
        if (Description is not null) function["description"] = Description;
        function["parameters"] = Parameters is { } schema ? JsonNode.Parse(schema.GetRawText()) : new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() };
        return new JsonObject { ["type"] = "function", ["function"] = function };
    }
}

/// <summary>
/// How calls of tools stand in a text: the form of Hermes, Qwen and most models that were trained on tools, a JSON object of name and
/// arguments between two tags. What a model is told, where its template says nothing of tools, and what it may write where calls are held
/// to their schemas. What it wrote is read by <see cref="ToolCallReader"/>.
/// </summary>
internal static class ToolCallText
{
    public const string Open = "<tool_call>", Close = "</tool_call>";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For the system message of a model whose template knows no tools.</summary>
    public static string Instructions(IEnumerable<ToolDescription> tools) =>
        "You may call functions. These are there, each as a JSON object with the schema of its arguments:\n"
        + string.Join('\n', tools.Select(t => t.ToJson().ToJsonString(s_json)))
        + $"\nTo call one, write a JSON object of its name and arguments between tags, and nothing after it:\n{Open}\n{{\"name\": \"NAME\", \"arguments\": {{}}}}\n{Close}";

    /// <summary>A call as a model would have written it.</summary>
    /// <param name="arguments">A JSON object.</param>
    public static string Write(string name, string arguments) => $"{Open}\n{{\"name\": {Quoted(name)}, \"arguments\": {arguments}}}\n{Close}";

    /// <summary>A message without calls and results, which stand in its text instead: for a template that has no words for them.</summary>
    public static ChatMessage AsText(ChatMessage message)
    {
        if (message.Role == "tool") return new ChatMessage("user", $"<tool_response>\n{message.Content}\n</tool_response>");
        if (message.ToolCalls.Count == 0) return message;
        var calls = string.Join('\n', message.ToolCalls.Select(c => Write(c.Name, c.Arguments)));
        return message with { Content = message.Content.Length > 0 ? $"{message.Content}\n{calls}" : calls, ToolCalls = [] };
    }

    /// <summary>What an answer begins with that must be a call.</summary>
    /// <param name="name">The function; null for any.</param>
    public static string Opening(string? name) => name is null ? $"{Open}\n" : $"{Open}\n{{\"name\": {Quoted(name)}, \"arguments\": ";

    /// <summary>What has to come behind the opening: arguments that fit, or a call of one of the tools with arguments that fit.</summary>
    /// <param name="name">The function; null for any.</param>
    /// <exception cref="UserError">The schema of a strict tool cannot be held.</exception>
    public static OutputGrammar BehindOpening(IReadOnlyList<ToolDescription> tools, string? name) =>
        name is null ? Calls(tools) : OutputGrammar.FromJsonSchema(Arguments(tools.First(t => t.Name == name)).ToJsonString());

    /// <summary>A call of one of some tools, with arguments that its schema accepts; or, where there is one, a text of another form.</summary>
    /// <param name="form">What may be written instead; null where it must be a call.</param>
    /// <exception cref="UserError">The schema of a strict tool cannot be held.</exception>
    public static OutputGrammar Grammar(IReadOnlyList<ToolDescription> tools, OutputGrammar? form) => OutputGrammar.Between($"{Open}\n", Calls(tools), $"\n{Close}", form);

    /// <summary>Any text, in which whatever begins as a call, with its tag, is one of a tool with arguments that fit.</summary>
    /// <exception cref="UserError">The schema of a strict tool cannot be held.</exception>
    public static OutputGrammar Among(IReadOnlyList<ToolDescription> tools) => OutputGrammar.Within(Open, Calls(tools), Close);

    private static OutputGrammar Calls(IReadOnlyList<ToolDescription> tools) => OutputGrammar.FromJsonSchema(new JsonObject
    {
        ["anyOf"] = new JsonArray([.. tools.Select(t => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = t.Name }, ["arguments"] = Arguments(t) },
            ["required"] = new JsonArray("name", "arguments"),
            ["additionalProperties"] = false,
        })]),
    }.ToJsonString());

    /// <summary>What the arguments of a tool must look like; of one that is not strict at least an object.</summary>
    private static JsonNode Arguments(ToolDescription tool)
    {
        var any = new JsonObject { ["type"] = "object" };
        if (tool.Parameters is not { } parameters) return any;
        try
        {
            OutputGrammar.FromJsonSchema(parameters);
            // References lead from the root of a schema, and several tools share one.
            return parameters.GetRawText().Contains("\"$ref\"", StringComparison.Ordinal) ? any : JsonNode.Parse(parameters.GetRawText())!;
        }
        catch (UserError error)
        {
            // What cannot be held is any object, and the tool says what is wrong with it.
            return tool.Strict ? throw new UserError($"The parameters of the tool '{tool.Name}' cannot be held strictly: {error.Problem} ({error.Field})", field: "tools", inner: error) : any;
        }
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, s_json);
}
