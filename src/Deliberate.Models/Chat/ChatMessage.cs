namespace Deliberate.Models;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">The text.</param>
/// <param name="Thinking">The chain of thought before an assistant's content.</param>
public sealed record ChatMessage(string Role, string Content, string? Thinking = null);
