using System.Text.Json.Nodes;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// Items as a conversation for a model: reasoning goes with the message or the calls behind it, calls of one turn are one message of the
/// assistant's, a compaction is a note of what was said before. Thoughts of earlier turns are left out unless asked for, as models are trained.
/// </summary>
internal sealed class ItemConversation(ApiServer api, ApiCaller caller, IServedModel model)
{
    /// <summary>The path of items that no client sent.</summary>
    public const string Stored = "previous_response_id";

    private readonly List<ChatMessage> _messages = [];
    private readonly HashSet<string> _called = new(StringComparer.Ordinal);
    private string? _thought;

    /// <param name="instructions">Before everything; null for none.</param>
    /// <param name="allTurns">Whether the thoughts of earlier turns are shown to the model again.</param>
    public IReadOnlyList<ChatMessage> Read(string? instructions, IEnumerable<(JsonObject Item, string Path)> items, bool allTurns)
    {
        if (instructions is { Length: > 0 }) _messages.Add(new ChatMessage("system", instructions));
        foreach (var (item, path) in items) Add(item, path);
        if (allTurns) return _messages;
        var turn = _messages.FindLastIndex(m => m.Role == "user");
        return [.. _messages.Select((m, at) => at < turn ? m with { Thinking = null } : m)];
    }

    private void Add(JsonObject item, string path)
    {
        switch (Type(item))
        {
            case "message": AddMessage(item); break;
            case "reasoning":
                // One that comes without its content has nothing to say to the model.
                if (item["encrypted_content"]?.GetValue<string>() is { } content) _thought = Opened(content, item["id"]?.GetValue<string>(), path);
                break;
            case "function_call":
                var call = new ToolCall(item["call_id"]!.GetValue<string>(), item["name"]!.GetValue<string>(), ChatMessages.Arguments(item["arguments"]!.GetValue<string>(), $"{path}.arguments"));
                _called.Add(call.Id);
                if (_messages.Count > 0 && _messages[^1].Role == "assistant" && _thought is null) _messages[^1] = _messages[^1] with { ToolCalls = [.. _messages[^1].ToolCalls, call] };
                else _messages.Add(new ChatMessage("assistant", "", Thought()) { ToolCalls = [call] });
                break;
            case "mcp_call":
                var done = new ToolCall("call_" + Identifiers.Random(24), item["name"]!.GetValue<string>(), ChatMessages.Arguments(item["arguments"]!.GetValue<string>(), $"{path}.arguments"));
                _messages.Add(new ChatMessage("assistant", "", Thought()) { ToolCalls = [done] });
                _messages.Add(new ChatMessage("tool", item["output"]?.GetValue<string>() ?? $"error: {item["error"]?.ToJsonString() ?? "none"}") { ToolCallId = done.Id });
                break;
            case "function_call_output":
                var id = item["call_id"]!.GetValue<string>();
                if (!_called.Contains(id)) throw ApiError.Invalid($"'{path}.call_id' answers no function call before it.", $"{path}.call_id");
                _messages.Add(new ChatMessage("tool", item["output"]!.GetValue<string>()) { ToolCallId = id });
                break;
            case "compaction":
                var summary = api.Seal.Open(item["encrypted_content"]!.GetValue<string>(), ThoughtSeal.Summary, item["id"]?.GetValue<string>(), model.Hash, caller.Id, $"{path}.encrypted_content");
                _messages.Add(new ChatMessage("system", $"What was said before, in short:\n{summary}"));
                break;
            case "item_reference": Add(Referenced(item["id"]!.GetValue<string>(), path), path); break;
        }
    }

    /// <summary>A thought; of one that the server itself has kept, and another model has thought, nothing: the model was changed since.</summary>
    private string? Opened(string content, string? id, string path)
    {
        try
        {
            return api.Seal.Open(content, ThoughtSeal.Thought, id, model.Hash, caller.Id, $"{path}.encrypted_content");
        }
        catch (ApiError) when (path == Stored)
        {
            return null;
        }
    }

    private void AddMessage(JsonObject item)
    {
        var role = item["role"]!.GetValue<string>();
        var text = string.Concat(item["content"]!.AsArray().Select(p => p!["text"]?.GetValue<string>() ?? p["refusal"]?.GetValue<string>() ?? ChatMessages.Picture));
        _messages.Add(new ChatMessage(role, text, role == "assistant" ? Thought() : null));
    }

    /// <summary>An item that the server has stored.</summary>
    private JsonObject Referenced(string id, string path)
    {
        var stored = ResponseItems.ResponseOf(id) is { } response ? api.Store?.Find(response, caller.Id) : null;
        return stored?.Response["output"]!.AsArray().Concat(stored.Input).Select(i => i!.AsObject()).FirstOrDefault(i => i["id"]?.GetValue<string>() == id && Type(i) != "item_reference")
            ?? throw ApiError.NotFound($"There is no item '{JsonFields.Short(id)}' that is stored.", $"{path}.id", "item_not_found");
    }

    private static string Type(JsonObject item) => item["type"]!.GetValue<string>();

    private string? Thought()
    {
        var thought = _thought;
        _thought = null;
        return thought;
    }
}
