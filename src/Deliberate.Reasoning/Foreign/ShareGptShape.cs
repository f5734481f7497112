using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// ShareGPT's conversations: <c>conversations</c>, turns with <c>from</c> and <c>value</c>, optionally <c>system</c> and <c>tools</c>
/// beside them. Calls of tools and what they return are turns of their own there (<c>function_call</c>, <c>observation</c>).
/// </summary>
internal sealed class ShareGptShape : ForeignShape
{
    private static readonly string[] Lists = ["conversations", "conversation", "messages"];

    public override string Name => "ShareGPT's form";

    /// <summary>Whether a list is one of turns as ShareGPT has them, and not of OpenAI's messages.</summary>
    public static bool IsTurns(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.Object && list[0].TryGetProperty("from", out _) && list[0].TryGetProperty("value", out _);

    public override IReadOnlyList<string> Fields(JsonElement line, bool asProblem)
    {
        if (List(line) is not { } list) return [];
        return [list, .. new[] { "system", "tools" }.Where(name => First(line, name) is not null)];
    }

    public override bool IsProblem(JsonElement line) => false;

    public override JsonObject ToExample(JsonLine line)
    {
        var list = List(line.Root)!;
        var messages = new JsonArray();
        if (First(line.Root, "system") is { } system && line.GetString(system) is { Length: > 0 } told) messages.Add(Message("system", told));
        var number = 0;
        foreach (var turn in line.GetArray(list).EnumerateArray())
        {
            var field = $"{list}[{number++}]";
            try
            {
                messages.Add(Turn(line, turn));
            }
            catch (UserError error)
            {
                throw line.Error(error.Problem, error.Field is null ? field : $"{field}.{error.Field}", error.Advice);
            }
        }

        var example = new JsonObject { ["messages"] = messages };
        if (First(line.Root, "tools") is not null && Tools(line) is { } tools) example["tools"] = tools;
        return example;
    }

    public override JsonObject ToProblem(JsonLine line) => throw line.Error("A conversation is no problem with an answer.", advice: "Convert it to an example: leave --kind out.");

    /// <summary>The field that holds the turns; some write them with OpenAI's own names.</summary>
    private static string? List(JsonElement line)
    {
        foreach (var name in Lists)
        {
            if (!line.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array) continue;
            if (IsTurns(list) || name != "messages") return name;
        }

        return null;
    }

    private static JsonObject Turn(JsonLine line, JsonElement turn)
    {
        if (turn.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"from\" and \"value\".");
        var (from, value) = turn.TryGetProperty("role", out _) ? ("role", "content") : ("from", "value");
        var (who, said) = (line.GetString(turn, from), line.GetString(turn, value));
        return who switch
        {
            "system" => Message("system", said),
            "human" or "user" => Message("user", said),
            "gpt" or "assistant" or "chatgpt" or "model" or "bot" or "bard" or "bing" => Message("assistant", said),
            "function_call" => Call(line, said, value),
            "observation" or "tool" or "function_response" => Message("tool", said),
            _ => throw line.Error($"Nobody is known as \"{who}\".", from, "Known are human, gpt, system, function_call and observation."),
        };
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static JsonObject Call(JsonLine line, string json, string field)
    {
        if (Parse(json) is not JsonObject call || call["name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String)
            throw line.Error("A call is JSON with a name and arguments.", field);
        var arguments = call["arguments"] is JsonValue text && text.GetValueKind() == JsonValueKind.String ? Parse(text.GetValue<string>()) : call["arguments"]?.DeepClone();
        if (arguments is not (null or JsonObject)) throw line.Error("The arguments of a call are an object.", field);
        var function = new JsonObject { ["name"] = name.DeepClone(), ["arguments"] = arguments ?? new JsonObject() };
        return new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = new JsonArray(new JsonObject { ["type"] = "function", ["function"] = function }) };
    }

    /// <summary>A list of tools, or one written as text; null where it is empty.</summary>
    private static JsonNode? Tools(JsonLine line)
    {
        var tools = line.Root.GetProperty("tools");
        if (tools.ValueKind == JsonValueKind.String && tools.GetString()!.Trim().Length == 0) return null;
        var list = tools.ValueKind == JsonValueKind.String ? Parse(line.GetString("tools")) : JsonNode.Parse(tools.GetRawText());
        return list is JsonArray array ? array.Count > 0 ? array : null : throw line.Error("Tools are a list, or a text that holds one in JSON.", "tools");
    }

    private static JsonNode? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
