using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// Tools for models on this machine, in the form in which <c>deliberate serve</c> offers them: by the model's own template where it knows tools,
/// else in words. What the model wrote as arguments is what its tool gets: it may be no JSON, and the tool then says so.
/// </summary>
internal static class CheckpointTools
{
    public static ToolDescription[] Described(IReadOnlyList<EvaluationTool> tools) => [.. tools.Select(t => new ToolDescription(t.Name, t.Description, JsonSerializer.Deserialize<JsonElement>(t.Parameters)))];

    /// <summary>A conversation for a model whose template knows no tools: they are told in the system message, calls and results are text.</summary>
    /// <param name="hasSystem">Whether the template knows a system message; else what there is to say stands before the user's first.</param>
    public static IReadOnlyList<ChatMessage> Told(IReadOnlyList<ChatMessage> messages, IReadOnlyList<EvaluationTool> tools, bool hasSystem)
    {
        List<ChatMessage> told = [.. messages.Select(ToolCallText.AsText)];
        if (tools.Count == 0) return told;
        var manual = ToolCallText.Instructions(Described(tools));
        if (told is [{ Role: "system" } first, ..]) told[0] = first with { Content = $"{first.Content}\n\n{manual}" };
        else if (!hasSystem && told.FindIndex(m => m.Role == "user") is >= 0 and var at) told[at] = told[at] with { Content = $"{manual}\n\n{told[at].Content}" };
        else told.Insert(0, new ChatMessage("system", manual));
        return told;
    }

    /// <summary>A message whose calls all have an object of arguments: what is none stands in one, as the argument <c>arguments</c>.</summary>
    public static ChatMessage WithObjects(ChatMessage message) => message.ToolCalls.Count == 0 ? message : message with
    {
        ToolCalls = [.. message.ToolCalls.Select(c => ToolArguments.IsObject(c.Arguments) ? c : c with { Arguments = JsonSerializer.Serialize(new Dictionary<string, string> { ["arguments"] = c.Arguments }) })],
    };

    /// <summary>What an answer says, and what it asks to be called. Calls are numbered through the conversation, so that the same answer is the same record.</summary>
    public static (string Text, IReadOnlyList<ToolCall> Calls) Read(string text, IReadOnlyList<EvaluationTool> tools, IReadOnlyList<ChatMessage> messages)
    {
        if (tools.Count == 0) return (text, []);
        var said = new StringBuilder();
        var calls = new List<ToolCall>();
        var before = messages.Sum(m => m.ToolCalls.Count);
        var reader = new ToolCallReader(tools.Select(t => t.Name), parallel: true, piece =>
        {
            if (piece is ToolCallPiece.Said more) said.Append(more.Text);
            if (piece is ToolCallPiece.Ended call) calls.Add(new ToolCall(string.Create(CultureInfo.InvariantCulture, $"call_{before + calls.Count + 1}"), call.Name, call.Written));
        });
        reader.Push(text);
        reader.Finish();
        return (said.ToString(), calls);
    }
}
