using System.Buffers;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// The arguments of tool calls in messages. OpenAI writes them as JSON in a string; most templates want the object, and would encode
/// the string once more or fail on it, while some join the string to their text. Whichever a conversation has, a template is given
/// what it takes.
/// </summary>
internal static class ToolArguments
{
    private const string Calls = "tool_calls", Function = "function", Arguments = "arguments";

    private const string Probe = """
        [{"role":"user","content":"a"},{"role":"assistant","content":"","tool_calls":[{"id":"call00001","type":"function","function":{"name":"f","arguments":{"xqzkey":"xqzvalue"}}}]}]
        """;

    /// <summary>Whether a template writes the arguments as they should be only where they come as text; found out by rendering a call both ways.</summary>
    /// <param name="format">Has a template.</param>
    public static bool AreText(TextFormat format)
    {
        // One that never reads the arguments has no wish.
        if (!format.ChatTemplate!.Source.Contains(Arguments, StringComparison.Ordinal)) return false;
        var asObject = Render(format, asText: false);
        // Python's way of printing an object is what becomes of one that was meant to be text.
        if (asObject is not null && !asObject.Contains("'xqzkey'", StringComparison.Ordinal)) return false;
        return Render(format, asText: true)?.Contains("\"xqzkey\"", StringComparison.Ordinal) == true;
    }

    /// <summary>The messages with the arguments of every call as text, or every text that holds an object as that object.</summary>
    public static JsonElement In(JsonElement messages, bool asText)
    {
        if (messages.ValueKind != JsonValueKind.Array || !messages.EnumerateArray().Any(HasCalls)) return messages;
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(buffer);
            writer.WriteStartArray();
            foreach (var message in messages.EnumerateArray()) Write(writer, message, Calls, calls => WriteCalls(writer, calls, asText));
            writer.WriteEndArray();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair somewhere: the template says so.
            return messages;
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>What is wrong with a message's arguments, and with which; null where nothing is.</summary>
    public static (string Field, string Problem)? Fault(JsonElement message)
    {
        if (!HasCalls(message)) return null;
        var number = 0;
        foreach (var call in message.GetProperty(Calls).EnumerateArray())
        {
            var field = $"{Calls}[{number++}]";
            if (call.ValueKind != JsonValueKind.Object) return (field, "A tool call is an object.");
            var nested = call.TryGetProperty(Function, out var function) && function.ValueKind == JsonValueKind.Object;
            if (!(nested ? function : call).TryGetProperty(Arguments, out var arguments) || arguments.ValueKind is JsonValueKind.Object or JsonValueKind.Null) continue;
            if (arguments.ValueKind == JsonValueKind.String && Parse(arguments) is not null) continue;
            return ($"{field}{(nested ? $".{Function}" : "")}.{Arguments}", "The arguments of a call are an object, or a text that holds one in JSON.");
        }

        return null;
    }

    private static bool HasCalls(JsonElement message) => message.ValueKind == JsonValueKind.Object && message.TryGetProperty(Calls, out var calls) && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0;

    private static void WriteCalls(Utf8JsonWriter writer, JsonElement calls, bool asText)
    {
        writer.WriteStartArray();
        foreach (var call in calls.EnumerateArray())
        {
            if (call.ValueKind == JsonValueKind.Object && call.TryGetProperty(Function, out var function) && function.ValueKind == JsonValueKind.Object)
                Write(writer, call, Function, f => Write(writer, f, Arguments, arguments => WriteArguments(writer, arguments, asText)));
            else Write(writer, call, Arguments, arguments => WriteArguments(writer, arguments, asText));
        }

        writer.WriteEndArray();
    }

    private static void WriteArguments(Utf8JsonWriter writer, JsonElement arguments, bool asText)
    {
        if (asText && arguments.ValueKind == JsonValueKind.Object) writer.WriteStringValue(arguments.GetRawText());
        else if (!asText && arguments.ValueKind == JsonValueKind.String && Parse(arguments) is { } parsed) parsed.WriteTo(writer);
        else arguments.WriteTo(writer);
    }

    /// <summary>Whether the text of a call's arguments holds an object, or nothing.</summary>
    public static bool IsObject(string arguments) => Parse(JsonSerializer.SerializeToElement(arguments)) is not null;

    /// <summary>The object that a text holds; an empty one for an empty text, which is what calls without arguments have. Null for any other text.</summary>
    private static JsonElement? Parse(JsonElement text)
    {
        try
        {
            var json = text.GetString()!;
            var parsed = JsonSerializer.Deserialize<JsonElement>(string.IsNullOrWhiteSpace(json) ? "{}" : json);
            return parsed.ValueKind == JsonValueKind.Object ? parsed : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair is no text at all.
            return null;
        }
    }

    /// <summary>An object with one field written anew; anything else as it is.</summary>
    private static void Write(Utf8JsonWriter writer, JsonElement value, string field, Action<JsonElement> write)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            value.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var property in value.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (property.NameEquals(field) && property.Value.ValueKind != JsonValueKind.Null) write(property.Value);
            else property.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static string? Render(TextFormat format, bool asText)
    {
        try
        {
            return (format with { TakesArgumentsAsText = asText }).Render(new ChatTemplateInput { Messages = JsonSerializer.Deserialize<JsonElement>(Probe), AddGenerationPrompt = false }).Text;
        }
        catch (UserError)
        {
            return null;
        }
    }
}
