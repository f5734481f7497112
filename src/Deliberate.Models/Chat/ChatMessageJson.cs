using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Models;

/// <summary>Messages as chat templates are given them: OpenAI's fields, the thought as <c>reasoning_content</c>.</summary>
internal static class ChatMessageJson
{
    public static JsonElement Of(IEnumerable<ChatMessage> messages)
    {
        var array = new JsonArray();
        foreach (var message in messages)
        {
            var said = new JsonObject { ["role"] = message.Role, ["content"] = message.Content };
            if (message.Thinking is { Length: > 0 }) said["reasoning_content"] = message.Thinking;
            if (message.ToolCallId is not null) said["tool_call_id"] = message.ToolCallId;
            if (message.ToolCalls.Count > 0)
            {
                said["tool_calls"] = new JsonArray([.. message.ToolCalls.Select(call => new JsonObject
                {
                    ["id"] = call.Id,
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
                })]);
            }

            array.Add(said);
        }

        return JsonSerializer.SerializeToElement(array);
    }
}
