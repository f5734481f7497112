using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// Examples as tokens, the assistant's turns being the targets. With a chat template every example is a conversation, a prompt and
/// completion one of two turns, so that what is learned is what <see cref="ProblemEncoder"/> asks later. Where the template marks
/// the assistant's text (<c>{% generation %}</c>), its marks decide; else a turn is what rendering one message more adds. A
/// template that rewrites earlier turns gives one example a turn, each as the model would have seen it.
/// </summary>
internal sealed class SupervisedEncoder(TextFormat format)
{
    private readonly ProblemEncoder _encoder = new(format);

    /// <exception cref="UserError">The line cannot be written in the model's tokens, or with its template.</exception>
    public IReadOnlyList<SupervisedExample> Encode(SupervisedLine line)
    {
        try
        {
            IReadOnlyList<SupervisedExample> examples = format.ChatTemplate is null
                ? [Plain(line)]
                : Chat(line, line.Messages ?? ChatTemplateInput.MessagesOf(("user", line.Prompt), ("assistant", line.Completion)));
            var unknown = format.Tokenizer.UnknownId;
            if (unknown >= 0 && examples.Any(e => e.Tokens.Contains(unknown)) && Unwritable(line) is { } lost) throw lost;
            return examples;
        }
        catch (UserError error) when (error.File != line.File)
        {
            throw Unwritable(line) ?? line.Error($"{error.Problem}{(error.File is null ? "" : $" ({error.File})")}", error.Field, error.Advice);
        }
    }

    /// <summary>The first character of the line that the tokenizer has no token for, as an error; null where that is not what is wrong.</summary>
    private UserError? Unwritable(SupervisedLine line)
    {
        var fields = line.Messages is { } messages
            ? messages.EnumerateArray().Select((message, i) => ($"messages[{i}].content", SupervisedFile.Content(message)))
            : [("prompt", line.Prompt), ("completion", line.Completion)];
        foreach (var (field, text) in fields)
        {
            if (UnknownCharacter.Find(format.Tokenizer, text) is { } unknown) return line.Error(unknown.Problem, field, unknown.Advice);
        }

        return UnknownCharacter.Find(format.Tokenizer, "system: user: assistant: \n") is { } role && line.Messages is not null
            ? line.Error($"{role.Problem} The plain form of conversations needs it.", "messages", "Use \"prompt\" and \"completion\", or a model with another tokenizer.")
            : null;
    }

    private SupervisedExample Plain(SupervisedLine line)
    {
        var (tokens, first) = _encoder.Example(line.Prompt, line.Completion);
        return new SupervisedExample(tokens, first);
    }

    private List<SupervisedExample> Chat(SupervisedLine line, JsonElement messages)
    {
        var whole = Render(line, messages, prompt: false);
        if (whole.AssistantSpans.Count > 0) return [Example(line, whole.Text, whole.AssistantSpans)];
        var turns = new List<(string Before, string After)>();
        for (var i = 0; i < messages.GetArrayLength(); i++)
        {
            if (messages[i].GetProperty("role").GetString() != "assistant") continue;
            var after = i + 1 == messages.GetArrayLength() ? whole.Text : Render(line, First(messages, i + 1), prompt: false).Text;
            var before = Render(line, First(messages, i), prompt: true).Text;
            if (!after.StartsWith(before, StringComparison.Ordinal)) before = i == 0 ? "" : Render(line, First(messages, i), prompt: false).Text;
            if (!after.StartsWith(before, StringComparison.Ordinal) || after.Length == before.Length)
                throw line.Error($"The model's chat template does not add message {i} at the end of what it rendered before, so what the assistant wrote cannot be told apart.", $"messages[{i}]", "Mark the assistant's text in the template with {% generation %}.");
            turns.Add((before, after));
        }

        if (turns.TrueForAll(turn => whole.Text.StartsWith(turn.After, StringComparison.Ordinal)))
            return [Example(line, whole.Text, [.. turns.Select(turn => (CodePoints(turn.Before), CodePoints(turn.After)))])];
        return [.. turns.Select(turn => Example(line, turn.After, [(CodePoints(turn.Before), CodePoints(turn.After))]))];
    }

    private SupervisedExample Example(SupervisedLine line, string text, IReadOnlyList<(int Start, int End)> spans)
    {
        var (tokens, offsets) = format.Tokenizer.EncodeWithOffsets(text);
        var mask = AssistantMask.From(spans, offsets);
        var last = Array.LastIndexOf(mask, (byte)1);
        if (last < 0) throw line.Error("The chat template shows nothing of what the assistant wrote.", "messages");
        // What comes after the last target teaches nothing; a template that does not end the turn gets it ended, or the model would never stop.
        var ends = Array.Exists(tokens[(Math.Max(0, last - 2))..(last + 1)], id => format.StopIds.Contains(id));
        tokens = ends ? tokens[..(last + 1)] : [.. tokens[..(last + 1)], _encoder.EndId];
        return SupervisedExample.Of(tokens, [.. mask[..(last + 1)].Select(m => m == 1), .. ends ? Array.Empty<bool>() : [true]]);
    }

    private RenderedChat Render(SupervisedLine line, JsonElement messages, bool prompt) =>
        format.Render(new ChatTemplateInput { Messages = messages, Tools = line.Tools, AddGenerationPrompt = prompt }, StoppedClock.Instance);

    private static JsonElement First(JsonElement messages, int count) => JsonSerializer.SerializeToElement(messages.EnumerateArray().Take(count));

    private static int CodePoints(string text)
    {
        var count = 0;
        foreach (var c in text) count += char.IsLowSurrogate(c) ? 0 : 1;
        return count;
    }
}
