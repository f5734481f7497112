using System.Text.Json;
using ChatMessage = Deliberate.Models.ChatMessage;
using ToolCall = Deliberate.Models.ToolCall;

namespace Deliberate.Evaluation;

/// <summary>Messages as OpenAI's JSON, the thought as <c>reasoning</c>.</summary>
internal static class MessageJson
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray();
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role);
            json.WriteString("content"u8, message.Content);
            if (message.Thinking is { } thought) json.WriteString("reasoning"u8, thought);
            if (message.ToolCallId is { } answers) json.WriteString("tool_call_id"u8, answers);
            if (message.ToolCalls.Count > 0)
            {
                json.WriteStartArray("tool_calls"u8);
                foreach (var call in message.ToolCalls)
                {
                    json.WriteStartObject();
                    json.WriteString("id"u8, call.Id);
                    json.WriteString("type"u8, "function"u8);
                    json.WriteStartObject("function"u8);
                    json.WriteString("name"u8, call.Name);
                    json.WriteString("arguments"u8, call.Arguments);
                    json.WriteEndObject();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static IReadOnlyList<ChatMessage> Read(JsonElement messages) => [.. messages.EnumerateArray().Select(ReadOne)];

    private static ChatMessage ReadOne(JsonElement message) => new(
        message.GetProperty("role"u8).GetString()!,
        message.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.String ? content.GetString()! : "",
        message.TryGetProperty("reasoning"u8, out var thought) || message.TryGetProperty("reasoning_content"u8, out thought) ? thought.GetString() : null)
    {
        ToolCallId = message.TryGetProperty("tool_call_id"u8, out var answers) ? answers.GetString() : null,
        ToolCalls = message.TryGetProperty("tool_calls"u8, out var calls) && calls.ValueKind == JsonValueKind.Array
            ? [.. calls.EnumerateArray().Select(c => new ToolCall(c.GetProperty("id"u8).GetString()!, c.GetProperty("function"u8).GetProperty("name"u8).GetString()!, c.GetProperty("function"u8).GetProperty("arguments"u8).GetString()!))]
            : [],
    };
}
