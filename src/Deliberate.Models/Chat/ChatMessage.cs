namespace Deliberate.Models;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, developer, user, assistant or tool.</param>
/// <param name="Content">The text.</param>
/// <param name="Thinking">The chain of thought before an assistant's content.</param>
public sealed record ChatMessage(string Role, string Content, string? Thinking = null)
{
    /// <summary>What an assistant asks to be called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>Of a tool's message: the call that it answers.</summary>
    public string? ToolCallId { get; init; }
}

/// <summary>A call of a tool that an assistant asks for.</summary>
/// <param name="Id">To answer it by.</param>
/// <param name="Name">Of the tool.</param>
/// <param name="Arguments">A JSON object, as the model wrote it.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);
