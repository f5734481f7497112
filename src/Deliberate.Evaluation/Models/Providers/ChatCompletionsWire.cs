using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Deliberate.Core;
using Microsoft.Extensions.AI;

namespace Deliberate.Evaluation;

/// <summary>Chat Completions as bytes: what is asked and what comes back, read with both spellings of the thought (reasoning, reasoning_content).</summary>
internal static class ChatCompletionsWire
{
    private const int MostShown = 80;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="usesNewName">Of the token budget: max_completion_tokens rather than max_tokens.</param>
    public static byte[] Request(string model, IReadOnlyList<ChatMessage> messages, ChatOptions options, bool usesNewName)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteStartArray("messages"u8);
            foreach (var message in messages) Write(json, message);
            json.WriteEndArray();
            if (options.Temperature is { } temperature) json.WriteNumber("temperature"u8, Math.Round((double)temperature, 6));
            if (options.TopP is { } topP) json.WriteNumber("top_p"u8, Math.Round((double)topP, 6));
            if (options.MaxOutputTokens is { } most) json.WriteNumber(usesNewName ? "max_completion_tokens"u8 : "max_tokens"u8, most);
            if (options.Seed is { } seed) json.WriteNumber("seed"u8, seed & int.MaxValue);
            if (options.StopSequences is { Count: > 0 } stop)
            {
                json.WriteStartArray("stop"u8);
                foreach (var text in stop) json.WriteStringValue(text);
                json.WriteEndArray();
            }

            if (options.Reasoning?.Effort is { } effort) json.WriteString("reasoning_effort"u8, effort == ReasoningEffort.ExtraHigh ? "xhigh" : RecipeWriter.Scalar(effort));
            Write(json, options.ResponseFormat);
            Write(json, options.Tools);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="ProviderFailure">It is no answer.</exception>
    public static ChatResponse Response(string provider, byte[] body)
    {
        try
        {
            // What is not UTF-8 in it is the model's, and no reason to lose the rest.
            using var json = Utf8.IsValid(body) ? JsonDocument.Parse(body) : JsonDocument.Parse(Encoding.UTF8.GetString(body));
            var root = json.RootElement;
            var choice = root.GetProperty("choices"u8)[0];
            var message = choice.GetProperty("message"u8);
            List<AIContent> contents = [];
            if ((Text(message, "reasoning_content"u8) ?? Text(message, "reasoning"u8)) is { Length: > 0 } thought) contents.Add(new TextReasoningContent(thought));
            if ((Text(message, "content"u8) ?? Text(message, "refusal"u8)) is { } said) contents.Add(new TextContent(said));
            if (message.TryGetProperty("tool_calls"u8, out var calls) && calls.ValueKind == JsonValueKind.Array) contents.AddRange(calls.EnumerateArray().Select(Call));
            var finish = Text(choice, "finish_reason"u8) ?? "stop";
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
            {
                FinishReason = new ChatFinishReason(finish),
                ModelId = string.Join(' ', new[] { Text(root, "model"u8), Text(root, "system_fingerprint"u8) }.OfType<string>()),
                Usage = Usage(root),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            var shown = Excerpt.Of(string.Join(' ', Secrets.Redact(Encoding.UTF8.GetString(body)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), MostShown);
            throw new ProviderFailure(ProviderFailureKind.Malformed, $"the provider \"{provider}\" answers, but not as Chat Completions do: {(shown.Length == 0 ? "nothing" : shown)}", "Check the address, and what the server logs.", error);
        }
    }

    /// <summary>Whether a refusal says that the provider's filter is why.</summary>
    public static bool IsFiltered(byte[] body) => Code(body) is "content_filter" or "content_policy_violation" or "ResponsibleAIPolicyViolation";

    /// <summary>Whether a refusal is for the name of the token budget.</summary>
    public static bool WantsOtherName(byte[] body, bool usesNewName)
    {
        var said = Encoding.UTF8.GetString(body);
        return usesNewName ? said.Contains("max_completion_tokens", StringComparison.Ordinal) && !said.Contains("at most", StringComparison.Ordinal) && !said.Contains("too large", StringComparison.Ordinal)
            : said.Contains("max_tokens", StringComparison.Ordinal) && said.Contains("max_completion_tokens", StringComparison.Ordinal);
    }

    private static string? Code(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("error"u8, out var error) || error.ValueKind != JsonValueKind.Object) return null;
            return Text(error, "code"u8) ?? (error.TryGetProperty("innererror"u8, out var inner) && inner.ValueKind == JsonValueKind.Object ? Text(inner, "code"u8) : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static UsageDetails Usage(JsonElement root)
    {
        if (!root.TryGetProperty("usage"u8, out var usage) || usage.ValueKind != JsonValueKind.Object) return new UsageDetails();
        return new UsageDetails
        {
            InputTokenCount = Number(usage, "prompt_tokens"u8),
            OutputTokenCount = Number(usage, "completion_tokens"u8),
            CachedInputTokenCount = usage.TryGetProperty("prompt_tokens_details"u8, out var prompt) && prompt.ValueKind == JsonValueKind.Object ? Number(prompt, "cached_tokens"u8) : null,
            ReasoningTokenCount = usage.TryGetProperty("completion_tokens_details"u8, out var output) && output.ValueKind == JsonValueKind.Object ? Number(output, "reasoning_tokens"u8) : null,
        };
    }

    private static long? Number(JsonElement parent, ReadOnlySpan<byte> name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string? Text(JsonElement parent, ReadOnlySpan<byte> name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static FunctionCallContent Call(JsonElement call)
    {
        var function = call.GetProperty("function"u8);
        var arguments = Text(function, "arguments"u8) ?? "{}";
        Dictionary<string, object?>? read = null;
        try
        {
            read = JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments);
        }
        catch (JsonException)
        {
            // What the model wrote is no object: the tool is told so.
        }

        return new FunctionCallContent(Text(call, "id"u8) ?? "", Text(function, "name"u8) ?? "", read ?? new Dictionary<string, object?> { ["arguments"] = arguments });
    }

    private static void Write(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, message.Role.Value);
        var calls = message.Contents.OfType<FunctionCallContent>().ToArray();
        if (message.Contents.OfType<FunctionResultContent>().FirstOrDefault() is { } result)
        {
            json.WriteString("tool_call_id"u8, result.CallId);
            json.WriteString("content"u8, result.Result?.ToString() ?? "");
        }
        else if (message.Text.Length > 0 || calls.Length == 0)
        {
            json.WriteString("content"u8, message.Text);
        }

        var thought = string.Concat(message.Contents.OfType<TextReasoningContent>().Select(c => c.Text));
        if (thought.Length > 0) json.WriteString("reasoning_content"u8, thought);
        if (calls.Length > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.CallId);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, JsonSerializer.Serialize(call.Arguments));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ChatResponseFormat? format)
    {
        if (format is not ChatResponseFormatJson form) return;
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, form.Schema is null ? "json_object"u8 : "json_schema"u8);
        if (form.Schema is { } schema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, form.SchemaName ?? "answer");
            json.WriteBoolean("strict"u8, true);
            json.WritePropertyName("schema"u8);
            schema.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IList<AITool>? tools)
    {
        if (tools is not { Count: > 0 }) return;
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools.OfType<AIFunctionDeclaration>())
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteString("description"u8, tool.Description);
            json.WritePropertyName("parameters"u8);
            tool.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
