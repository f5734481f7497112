using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>
/// Items of responses: what a request brings, checked and written out in full (an id, a type and a status each), and what an answer
/// consists of. An item's id holds that of its response, so that a reference to it finds it.
/// </summary>
internal static class ResponseItems
{
    /// <summary>A message's phase: said on the way to a call, or the answer.</summary>
    public const string Commentary = "commentary", FinalAnswer = "final_answer";

    private const int IdLength = 32;

    /// <summary>The id of an item of a response.</summary>
    /// <param name="list">A letter: i for what came in, o for what went out.</param>
    public static string IdOf(string prefix, string response, char list, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{response["resp_".Length..]}{list}{number:x}");

    /// <summary>The response that an item is of.</summary>
    public static string? ResponseOf(string item)
    {
        var at = item.IndexOf('_', StringComparison.Ordinal);
        return at > 0 && item.Length >= at + 1 + IdLength ? "resp_" + item.Substring(at + 1, IdLength) : null;
    }

    /// <summary>What a request brings; a text is one message of the user's.</summary>
    /// <param name="id">Makes an item's id of its prefix and its number.</param>
    public static JsonArray Read(JsonFields request, string name, Func<string, int, string> id, ApiOptions options, int most = 10_000)
    {
        if (request.Get(name) is not { } value) return [];
        if (value.ValueKind == JsonValueKind.String) return [Message(id("msg", 0), "user", new JsonArray(Text(request.Text(name, 10_485_760)!)))];
        if (value.ValueKind != JsonValueKind.Array) throw ApiError.Invalid($"'{request.PathOf(name)}' has to be a string or an array of items.", request.PathOf(name), "invalid_type");
        return [.. request.Items(name, most).Select((item, at) => (JsonNode)Item(JsonFields.Of(item.Value, item.Path), (prefix) => id(prefix, at), options))];
    }

    public static JsonObject Message(string id, string role, JsonArray content, string status = "completed") => new()
    {
        ["id"] = id,
        ["type"] = "message",
        ["status"] = status,
        ["role"] = role,
        ["content"] = content,
    };

    public static JsonObject OutputText(string text, JsonArray? probabilities = null) => new()
    {
        ["type"] = "output_text",
        ["text"] = text,
        ["annotations"] = new JsonArray(),
        ["logprobs"] = probabilities ?? [],
    };

    /// <summary>A copy as clients see it: without the sealed thought unless they asked for it.</summary>
    public static JsonObject Shown(JsonObject item, bool showsSealed)
    {
        var copy = item.DeepClone().AsObject();
        if (!showsSealed && copy["type"]!.GetValue<string>() == "reasoning") copy.Remove("encrypted_content");
        return copy;
    }

    private static JsonObject Text(string text) => new() { ["type"] = "input_text", ["text"] = text };

    private static JsonObject Item(JsonFields item, Func<string, string> id, ApiOptions options)
    {
        var type = item.Text("type", 100) ?? (item.Has("role") ? "message" : item.Has("id") ? "item_reference" : throw item.Missing("type"));
        switch (type)
        {
            case "message": return Message(item, id, options);
            case "function_call":
                return new JsonObject
                {
                    ["id"] = item.Text("id", 100) ?? id("fc"),
                    ["type"] = type,
                    ["status"] = "completed",
                    ["call_id"] = item.Needed("call_id", 100),
                    ["name"] = item.Needed("name", 256),
                    ["arguments"] = item.Needed("arguments"),
                };
            case "function_call_output":
                return new JsonObject
                {
                    ["id"] = item.Text("id", 100) ?? id("fco"),
                    ["type"] = type,
                    ["status"] = "completed",
                    ["call_id"] = item.Needed("call_id", 100),
                    ["output"] = ChatMessages.Content(item, "output") ?? throw item.Missing("output"),
                };
            case "mcp_call":
                return new JsonObject
                {
                    ["id"] = item.Text("id", 100) ?? id("mcp"),
                    ["type"] = type,
                    ["status"] = "completed",
                    ["server_label"] = item.Needed("server_label", 256),
                    ["name"] = item.Needed("name", 256),
                    ["arguments"] = item.Needed("arguments"),
                    ["output"] = item.Text("output"),
                    ["error"] = item.Copy("error"),
                };
            case "reasoning":
                var reasoning = new JsonObject { ["id"] = item.Text("id", 100) ?? SealedFor(item) ?? id("rs"), ["type"] = type, ["summary"] = new JsonArray([.. item.Items("summary").Select(s => JsonNode.Parse(JsonFields.Of(s.Value, s.Path).Element.GetRawText()))]) };
                if (item.Text("encrypted_content") is { } content) reasoning["encrypted_content"] = content;
                return reasoning;
            case "compaction" or "compaction_summary":
                return new JsonObject { ["id"] = item.Text("id", 100) ?? SealedFor(item) ?? id("cmp"), ["type"] = "compaction", ["encrypted_content"] = item.Needed("encrypted_content") };
            case "item_reference": return new JsonObject { ["type"] = type, ["id"] = item.Needed("id", 100) };
            default: throw ApiError.Unsupported($"'{item.PathOf("type")}' is \"{JsonFields.Short(type)}\": this server knows messages, function calls with their outputs, reasoning, compactions and references.", item.PathOf("type"));
        }
    }

    /// <summary>The item that sealed content names: some clients leave ids out.</summary>
    private static string? SealedFor(JsonFields item) => item.Text("encrypted_content")?.Split('.') is [{ Length: > 0 and <= 100 } named, _] ? named : null;

    private static JsonObject Message(JsonFields item, Func<string, string> id, ApiOptions options)
    {
        var role = item.Choice("role", ["user", "assistant", "system", "developer"]) ?? throw item.Missing("role");
        ChatMessages.CheckInstructions(role, item.PathOf("role"), options);
        // Read for its mistakes; kept as it came.
        var text = ChatMessages.Content(item, "content") ?? throw item.Missing("content");
        JsonArray content;
        if (role == "assistant") content = [OutputText(text)];
        else if (item.Get("content")!.Value.ValueKind == JsonValueKind.String) content = [Text(text)];
        else content = [.. item.Items("content").Select(p => Part(JsonFields.Of(p.Value, p.Path)))];
        var message = Message(item.Text("id", 100) ?? id("msg"), role, content);
        if (item.Choice("phase", [Commentary, FinalAnswer]) is { } phase && role == "assistant") message["phase"] = phase;
        return message;
    }

    /// <summary>A part of what a user says; a picture keeps its address and no more.</summary>
    private static JsonObject Part(JsonFields part)
    {
        if (part.Text("type") is not ("input_image" or "image_url")) return Text(part.Text("text") ?? part.Needed("refusal"));
        var url = part.Get("image_url") is { ValueKind: JsonValueKind.Object } ? part.Object("image_url")!.Value.Text("url") : part.Text("image_url");
        return new JsonObject { ["type"] = "input_image", ["detail"] = "auto", ["image_url"] = url, ["file_id"] = null };
    }
}
