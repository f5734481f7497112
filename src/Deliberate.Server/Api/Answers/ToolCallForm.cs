using System.Text.Json.Nodes;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// How a model is told of tools, and how it calls them, where its template does not say: the form of Hermes, Qwen and most models
/// that were trained on tools, a JSON object of name and arguments between two tags.
/// </summary>
internal static class ToolCallForm
{
    public const string Open = "<tool_call>", Close = "</tool_call>";

    /// <summary>What an answer begins with that must be a call.</summary>
    /// <param name="name">The function; null for any.</param>
    public static string Opening(string? name) => name is null ? $"{Open}\n{{\"name\": \"" : $"{Open}\n{{\"name\": {ApiJson.Text(JsonValue.Create(name))}, \"arguments\": ";

    public static string Write(ToolCall call) => $"{Open}\n{{\"name\": {ApiJson.Text(JsonValue.Create(call.Name))}, \"arguments\": {call.Arguments}}}\n{Close}";

    public static string Instructions(IReadOnlyList<OfferedTool> tools) =>
        "You may call functions. These are there, each as a JSON object with the schema of its arguments:\n"
        + string.Join('\n', tools.Select(t => ApiJson.Text(PromptWriter.Described(t))))
        + $"\nTo call one, write a JSON object of its name and arguments between tags, and nothing after it:\n{Open}\n{{\"name\": \"NAME\", \"arguments\": {{}}}}\n{Close}";
}
