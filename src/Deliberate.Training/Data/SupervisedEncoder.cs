using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Examples as tokens, the assistant's turns being the targets. With a chat template every example is a conversation, a prompt and
/// completion one of two turns, so that what is learned stands behind the very tokens that <see cref="ProblemEncoder"/> asks with
/// later; <see cref="ConversationTexts"/> says how.
/// </summary>
internal sealed class SupervisedEncoder(TextFormat format)
{
    private readonly ProblemEncoder _encoder = new(format);
    private readonly ConversationTexts _texts = new(format);
    private readonly TurnEnds _ends = new(format);

    private int _plainThoughts;

    /// <summary>What became of thoughts so far: turns that have one, and those that close at once the one that their prompt opens.</summary>
    public (int With, int ClosedAtOnce) Thoughts => (_texts.Thoughts + _plainThoughts, _texts.ClosedAtOnce);

    /// <exception cref="UserError">The line cannot be written in the model's tokens, or with its template.</exception>
    public IReadOnlyList<SupervisedExample> Encode(SupervisedLine line)
    {
        try
        {
            IReadOnlyList<SupervisedExample> examples = format.ChatTemplate is null
                ? [Plain(line)]
                : [.. _texts.Of(line, line.Messages ?? TwoTurns(line)).Select(Example)];
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
            ? messages.EnumerateArray().SelectMany((message, i) => new[] { ($"messages[{i}].{SupervisedFile.ThoughtField(message)}", SupervisedFile.Thought(message)), ($"messages[{i}].content", SupervisedFile.Content(message)) })
            : [("prompt", line.Prompt), ("reasoning_content", line.Thought), ("completion", line.Completion)];
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
        var completion = line.Thought.Length > 0 ? ChainOfThought.Format([line.Thought], line.Completion) : line.Completion;
        if (WrittenThought.Read(completion).Thought is not null) _plainThoughts++;
        var (tokens, first) = _encoder.Example(line.Prompt, completion);
        return new SupervisedExample(tokens, first);
    }

    private static JsonElement TwoTurns(SupervisedLine line)
    {
        var said = new JsonObject { ["role"] = "assistant", ["content"] = line.Completion };
        if (line.Thought.Length > 0) said["reasoning_content"] = line.Thought;
        return JsonSerializer.SerializeToElement(new JsonArray(new JsonObject { ["role"] = "user", ["content"] = line.Prompt }, said));
    }

    private SupervisedExample Example(LearnedText learned)
    {
        var (tokens, mask) = Tokens(learned);
        var last = Array.LastIndexOf(mask, (byte)1);
        // What comes after the last target teaches nothing; a template that does not end the turn gets it ended, or the model would never stop.
        var ends = _ends.IsEnded(learned.Text.AsSpan(0, learned.Spans.Max(span => span.End)));
        tokens = ends ? tokens[..(last + 1)] : [.. tokens[..(last + 1)], _ends.Token];
        return SupervisedExample.Of(tokens, [.. mask[..(last + 1)].Select(m => m == 1), .. ends ? Array.Empty<bool>() : [true]]);
    }

    /// <summary>
    /// Tokens, and 1 for those to learn. Where a token would hold the end of what the model is asked with and the beginning of what it
    /// says, the two are encoded apart, as they come when the model is asked.
    /// </summary>
    private (int[] Tokens, byte[] Mask) Tokens(LearnedText learned)
    {
        var text = learned.Text;
        var (whole, places) = format.Tokenizer.EncodeWithOffsets(text);
        int[] cuts = [.. learned.Starts.Where(start => start > 0 && !whole.AsSpan().StartsWith(format.Tokenizer.Encode(text[..start])))];
        if (cuts.Length == 0) return (whole, Mask(learned, 0, text.Length, places));
        var (tokens, mask) = (new List<int>(), new List<byte>());
        foreach (var (begin, end) in cuts.Prepend(0).Zip(cuts.Append(text.Length)))
        {
            var (ids, offsets) = format.Tokenizer.EncodeWithOffsets(text[begin..end]);
            tokens.AddRange(ids);
            mask.AddRange(Mask(learned, begin, end, offsets));
        }

        return ([.. tokens], [.. mask]);
    }

    /// <summary>Of the tokens of a stretch of the text.</summary>
    private static byte[] Mask(LearnedText learned, int begin, int end, ReadOnlySpan<(int Start, int End)> offsets)
    {
        int Place(int at) => CodePoints.Count(learned.Text.AsSpan(begin, Math.Clamp(at, begin, end) - begin));
        return AssistantMask.From([.. learned.Spans.Select(span => (Place(span.Start), Place(span.End)))], offsets);
    }
}
