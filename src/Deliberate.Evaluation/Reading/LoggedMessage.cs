using System.Text.Json;

namespace Deliberate.Evaluation;

/// <summary>A message of a conversation as a log keeps it, in OpenAI's words.</summary>
/// <param name="Role">system, developer, user, assistant or tool.</param>
/// <param name="Content">Its text.</param>
/// <param name="Thought">Before an assistant's text; null where there is none.</param>
internal sealed record LoggedMessage(string Role, string Content, string? Thought = null)
{
    /// <summary>What the message asks to be called, a line a call; empty where nothing is.</summary>
    public string Calls { get; init; } = "";

    /// <summary>Which tool answers, of a message of one.</summary>
    public string Tool { get; init; } = "";

    public static LoggedMessage Read(JsonElement json) => new(json.Text("role"), json.TryGetProperty("content", out var content) ? JsonTexts.Parts(content) : "", json.TextOrNull("reasoning") ?? json.TextOrNull("reasoning_content") ?? json.TextOrNull("thinking"))
    {
        Calls = json.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array ? string.Join('\n', calls.EnumerateArray().Select(Call)) : "",
        Tool = json.TextOrNull("name") ?? "",
    };

    private static string Call(JsonElement call) => call.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
        ? $"{function.Text("name")}({function.Text("arguments")})"
        : $"{call.Text("name")}({call.Text("arguments")})";
}
