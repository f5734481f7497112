namespace Deliberate.Jinja;

/// <summary>A rendered conversation.</summary>
/// <param name="Text">What the model reads.</param>
/// <param name="AssistantSpans">[start, end) of each <c>{% generation %}</c> block: what the assistant wrote, in code points of the text, in order.</param>
public sealed record RenderedChat(string Text, IReadOnlyList<(int Start, int End)> AssistantSpans);
