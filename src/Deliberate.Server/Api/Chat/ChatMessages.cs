using System.Text.Json;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>The messages of a chat completion as a conversation. Pictures are replaced by a placeholder that says so; what else is no text is refused.</summary>
internal static class ChatMessages
{
    /// <summary>What stands for a picture, which the model cannot see.</summary>
    public const string Picture = "[image: this model reads text only]";

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static IReadOnlyList<ChatMessage> Read(JsonFields request, ApiOptions options)
    {
        var items = request.Items("messages", 10_000);
        if (items.Count == 0) throw request.Has("messages") ? ApiError.Invalid("'messages' is empty: there is nothing to answer.", "messages", "empty_array") : request.Missing("messages");
        var called = new HashSet<string>(StringComparer.Ordinal);
        return [.. items.Select(item => Message(JsonFields.Of(item.Value, item.Path), called, options))];
    }

    public static void CheckInstructions(string role, string path, ApiOptions options)
    {
        if (role is "system" or "developer" && !options.AllowsInstructions)
            throw new ApiError(400, $"This server takes no {role} messages: its operator writes the instructions.", path, "instructions_not_allowed");
    }

    /// <summary>A text, or the texts of parts.</summary>
    /// <param name="name">Of the field.</param>
    public static string? Content(JsonFields fields, string name)
    {
        if (fields.Get(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return fields.Text(name);
        if (value.ValueKind != JsonValueKind.Array) throw ApiError.Invalid($"'{fields.PathOf(name)}' has to be a string or an array of parts.", fields.PathOf(name), "invalid_type");
        return string.Concat(fields.Items(name).Select(part => Part(JsonFields.Of(part.Value, part.Path))));
    }

    private static ChatMessage Message(JsonFields fields, HashSet<string> called, ApiOptions options)
    {
        var role = fields.Choice("role", Roles) ?? throw fields.Missing("role");
        CheckInstructions(role, fields.PathOf("role"), options);
        var content = Content(fields, "content");
        if (role == "assistant")
        {
            IReadOnlyList<ToolCall> calls = [.. fields.Items("tool_calls", 1000).Select(c => Call(JsonFields.Of(c.Value, c.Path)))];
            foreach (var call in calls) called.Add(call.Id);
            if (content is null && calls.Count == 0 && fields.Text("refusal") is not { } refused) throw fields.Missing("content");
            return new ChatMessage(role, content ?? fields.Text("refusal") ?? "", fields.Text("reasoning_content") ?? fields.Text("reasoning")) { ToolCalls = calls };
        }

        if (content is null) throw fields.Missing("content");
        if (role != "tool") return new ChatMessage(role, content);
        var id = fields.Needed("tool_call_id", 1000);
        return called.Contains(id) ? new ChatMessage(role, content) { ToolCallId = id }
            : throw ApiError.Invalid($"'{fields.PathOf("tool_call_id")}' answers no call of the assistant's messages before it.", fields.PathOf("tool_call_id"));
    }

    private static ToolCall Call(JsonFields fields)
    {
        if (fields.Choice("type", ["function"]) is null && fields.Has("type")) throw fields.Missing("type");
        var function = fields.Object("function") ?? throw fields.Missing("function");
        return new ToolCall(fields.Needed("id", 1000), function.Needed("name", 256), Arguments(function.Text("arguments") ?? "{}", function.PathOf("arguments")));
    }

    /// <summary>The arguments of a call, which templates want as an object; a text that is none is kept within one.</summary>
    public static string Arguments(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(text) ? "{}" : text, new JsonDocumentOptions { MaxDepth = ApiJson.MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.GetRawText() : throw ApiError.Invalid($"'{path}' has to hold an object in JSON.", path);
        }
        catch (JsonException)
        {
            // A model wrote it, and it comes back as it was written.
            return ApiJson.Text(new System.Text.Json.Nodes.JsonObject { ["text"] = text });
        }
    }

    private static string Part(JsonFields part) => part.Needed("type", 100) switch
    {
        "text" or "input_text" or "output_text" => part.Needed("text"),
        "refusal" => part.Needed("refusal"),
        "image_url" or "input_image" => Picture,
        var type => throw ApiError.Unsupported($"'{part.PathOf("type")}' is \"{JsonFields.Short(type)}\": this server takes text, and pictures as a placeholder.", part.PathOf("type")),
    };
}
