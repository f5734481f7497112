using System.Text.Json;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>An answer as recordings keep it.</summary>
internal static class AnswerJson
{
    public static void Write(Utf8JsonWriter json, ModelAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("completion"u8, answer.Completion);
        json.WriteString("text"u8, answer.Text);
        if (answer.Reasoning is { } thought) json.WriteString("reasoning"u8, thought);
        if (answer.ThoughtOpenedBy.Length > 0) json.WriteString("thought_opened_by"u8, answer.ThoughtOpenedBy);
        json.WriteString("finish_reason"u8, answer.FinishReason);
        if (answer.ReportedModel.Length > 0) json.WriteString("model"u8, answer.ReportedModel);
        if (answer.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in answer.ToolCalls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, call.Arguments);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteNumber("input"u8, answer.Usage.InputTokens);
        json.WriteNumber("output"u8, answer.Usage.OutputTokens);
        json.WriteNumber("reasoning_tokens"u8, answer.Usage.ReasoningTokens);
        json.WriteEndObject();
    }

    /// <exception cref="KeyNotFoundException">It is none.</exception>
    public static ModelAnswer Read(JsonElement answer)
    {
        var (text, reasoning, opened) = (Text(answer, "text"), Text(answer, "reasoning"), Text(answer, "thought_opened_by") ?? "");
        var finish = Text(answer, "finish_reason") ?? (answer.TryGetProperty("truncated"u8, out var cut) && cut.ValueKind == JsonValueKind.True ? "length" : "stop");
        if (text is null && Text(answer, "completion") is null) throw new KeyNotFoundException();
        var completion = Text(answer, "completion") ?? CompletionText.Of(reasoning, text!, finish == "length");
        var split = ThinkingSplit.Of(completion, opened);
        return new ModelAnswer
        {
            Completion = completion,
            Text = text ?? split.Text,
            Reasoning = reasoning ?? split.Thinking,
            ThoughtOpenedBy = opened,
            FinishReason = finish,
            ReportedModel = Text(answer, "model") ?? "",
            ToolCalls = answer.TryGetProperty("tool_calls"u8, out var calls) && calls.ValueKind == JsonValueKind.Array ? [.. calls.EnumerateArray().Select(c => new ToolCall(Text(c, "id") ?? "", Text(c, "name") ?? "", Text(c, "arguments") ?? "{}"))] : [],
            Usage = new ModelUsage(1, Number(answer, "input"), 0, Number(answer, "output"), Number(answer, "reasoning_tokens"), 0),
        };
    }

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
