using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A line of a file of examples to imitate: a conversation, or a prompt with its completion.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Messages">OpenAI chat messages, with an assistant's turn among them; null for a prompt and completion.</param>
/// <param name="Tools">JSON schemas that the chat template shows the model; null where the line has none.</param>
/// <param name="Thought">The thought of a completion that gives it in a field of its own; empty without one.</param>
/// <param name="Key">What two lines share that are the same example.</param>
internal sealed record SupervisedLine(string File, int Line, JsonElement? Messages, JsonElement? Tools, string Prompt, string Completion, string Thought, string Key)
{
    /// <summary>Every text of the line, for tokenizers that are trained on it.</summary>
    public IEnumerable<string> Texts =>
        (Messages is { } messages ? messages.EnumerateArray().SelectMany(m => new[] { SupervisedFile.Thought(m), SupervisedFile.Content(m) }) : [Prompt, Thought, Completion]).Where(text => text.Length > 0);

    public UserError Error(string problem, string? field = null, string? advice = null) => new(problem, File, Line, field: field, advice: advice);
}
