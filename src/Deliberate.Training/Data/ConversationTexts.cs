using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What is learned of a conversation.</summary>
/// <param name="Starts">Where turns of the assistant begin in the text: what stands before is what the model is asked with.</param>
/// <param name="Spans">[start, end) of what is learned.</param>
internal sealed record LearnedText(string Text, IReadOnlyList<int> Starts, IReadOnlyList<(int Start, int End)> Spans);

/// <summary>
/// Conversations as texts to learn from, in the form of a model's chat template. A turn is learned behind the very text that the
/// model will be asked with: the template's rendering of what came before, opened for the assistant. Where the template then shows
/// all that the assistant said, its rendering is taken; where it cuts the thought out, or writes something else than the opening that
/// it asks with, the turn is written behind that opening as the model will have to write it. What the template does not show at all
/// is refused, be it said by the assistant or by anybody before.
/// </summary>
internal sealed class ConversationTexts(TextFormat format)
{
    private const string AnswerMark = "MarkOfTheAnswer";

    private readonly TemplateShapes _shapes = new(format);
    private readonly TurnEnds _ends = new(format);

    /// <summary>Turns that were learned with a thought, so far.</summary>
    public int Thoughts { get; private set; }

    /// <summary>Turns without a thought, which close at once the one that the prompt opens, so far.</summary>
    public int ClosedAtOnce { get; private set; }

    /// <summary>
    /// One text for the whole conversation, or one a turn where the template rewrites earlier ones, does not show a turn as it is to be
    /// learned, or ends none: the end then stands behind each.
    /// </summary>
    /// <exception cref="UserError">The template refuses the conversation, or leaves something out that cannot be put back.</exception>
    public IReadOnlyList<LearnedText> Of(SupervisedLine line, JsonElement messages)
    {
        var conversation = new Conversation(line, [.. messages.EnumerateArray()]);
        var whole = Render(conversation, conversation.Messages.Count, prompt: false);
        var turns = new List<Turn>();
        for (var i = 0; i < conversation.Messages.Count; i++)
            if (conversation.IsAssistant(i)) turns.Add(TurnOf(conversation, i, whole.Text));
        foreach (var turn in turns)
        {
            if (turn.Thinks) Thoughts++;
            else if (ThinkingTags.OpenedBy(turn.Before) is not null) ClosedAtOnce++;
        }

        var isOne = turns.TrueForAll(turn => turn.IsRendered && whole.Text.StartsWith(turn.After, StringComparison.Ordinal));
        if (!isOne) return [.. turns.Select(turn => new LearnedText(turn.After, [turn.Before.Length], [(turn.Before.Length, turn.After.Length)]))];
        // A template that marks what the assistant wrote says what of a turn is to be learned, unless that leaves out something said,
        // or begins behind something that the model is not asked with.
        (int Start, int End)[] marks = [.. whole.AssistantSpans.Select(s => (CodePoints.PlaceOf(whole.Text, s.Start), CodePoints.PlaceOf(whole.Text, s.End)))];
        var isMarked = marks.Length > 0 && turns.TrueForAll(turn => Array.Exists(marks, m => m.Start <= turn.Before.Length && m.End > turn.Before.Length) && Shows(conversation, turn.Message, Marked(whole.Text, marks, turn), turn.Before));
        return _ends.Of(new LearnedText(whole.Text, [.. turns.Select(turn => turn.Before.Length)], isMarked ? marks : [.. turns.Select(turn => (turn.Before.Length, turn.After.Length))]));
    }

    private Turn TurnOf(Conversation conversation, int message, string whole)
    {
        var before = Before(conversation, message);
        var after = message + 1 == conversation.Messages.Count ? whole : Render(conversation, message + 1, prompt: false).Text;
        var isRendered = after.StartsWith(before, StringComparison.Ordinal) && Shows(conversation, message, after[before.Length..], before);
        if (!isRendered) after = before + Written(conversation, message, before);
        CheckContext(conversation, message, before);
        return new Turn(message, before, after, isRendered, conversation.Texts(message).Exists(t => t.IsThought));
    }

    /// <summary>What the model is asked with. Nobody asks for a conversation's first message: a template that refuses to is taken to say nothing.</summary>
    private string Before(Conversation conversation, int message)
    {
        try
        {
            return Render(conversation, message, prompt: true).Text;
        }
        catch (UserError) when (message == 0)
        {
            return "";
        }
    }

    /// <summary>Whether a text behind <paramref name="before"/> says all that the turn does: a thought as thought, where the text has tags that are known.</summary>
    private bool Shows(Conversation conversation, int message, string text, string before)
    {
        var texts = conversation.Texts(message);
        var split = ThinkingSplit.Of(text, before);
        if (split is { Thinking: not null, IsUnfinished: true, Text: "" }) return false;
        // Behind a prompt that opened the thought a template that shows the text as it is opens it once more.
        if (ThinkingTags.OpenedBy(before) is { } opened && text.AsSpan().TrimStart().StartsWith(opened.Open, StringComparison.Ordinal)) return false;
        var (thought, said) = (split.Thinking is { } own ? MessageText.Squeezed(own) : null, MessageText.Squeezed(split.Text));
        var at = 0;
        foreach (var one in texts)
        {
            if (one.IsThought && thought is not null)
            {
                if (one.EndIn(thought, 0) < 0) return false;
                continue;
            }

            at = one.EndIn(said, at);
            if (at < 0) return false;
        }

        return texts.TrueForAll(one => _shapes.MayShow(conversation.First(message + 1), conversation.Line.Tools, one));
    }

    /// <summary>The turn as the model has to write it, since the template does not show it so.</summary>
    private string Written(Conversation conversation, int message, string before)
    {
        var said = conversation.Messages[message];
        var field = SupervisedFile.ThoughtField(said);
        var content = SupervisedFile.Content(said);
        var written = field is null ? WrittenThought.Read(content) : WrittenThought.Of(Tags(conversation, message, field, before), SupervisedFile.Thought(said), content);
        if (written.Thought is not null && ThinkingTags.ClosedBy(before) is { } closed)
            throw conversation.Error(message, field, $"The text that the model is asked with ends with \"{closed.Close}\": it never thinks there, and would not learn to.", "Leave the thought out of the line, or give the model a chat template that lets it think.");
        return written.Behind(before) + Rest(conversation, message, before);
    }

    /// <summary>The tags that the model would write around a thought that the line gives without any.</summary>
    private ThinkingTags Tags(Conversation conversation, int message, string field, string before)
    {
        if (ThinkingTags.OpenedBy(before) is { } opened) return opened;
        var known = ThinkingTags.All.Where(tags => format.ChatTemplate!.Source.Contains(tags.Close, StringComparison.Ordinal)).ToArray();
        return known.Length == 1 ? known[0] : throw conversation.Error(
            message, field, "The model's chat template leaves the thought out, and does not say how the model would write it.", $"Write it into the text, between {ThinkingTags.All[0].Open} and {ThinkingTags.All[0].Close}, or use a chat template that knows \"reasoning_content\".");
    }

    /// <summary>What the template writes behind the text of a turn: calls, and the end of the turn.</summary>
    private string Rest(Conversation conversation, int message, string before)
    {
        var said = JsonObject.Create(conversation.Messages[message])!;
        if (SupervisedFile.ThoughtField(conversation.Messages[message]) is { } field) said.Remove(field);
        var isCall = SupervisedFile.Content(conversation.Messages[message]).Length == 0;
        if (!isCall) said["content"] = AnswerMark;
        var rendered = Render(conversation, [.. conversation.First(message), JsonSerializer.SerializeToElement(said)], prompt: false).Text;
        // A call alone stands where the thought would.
        var mark = isCall ? ThinkingTags.WithoutOpening(before) : AnswerMark;
        var at = isCall ? rendered.StartsWith(mark, StringComparison.Ordinal) ? 0 : -1 : rendered.LastIndexOf(mark, StringComparison.Ordinal);
        if (at < 0) throw conversation.Error(message, isCall ? "tool_calls" : "content", "The model's chat template shows nothing of what the assistant says here.", "Use a chat template that shows it.");
        var rest = rendered[(at + mark.Length)..];
        var squeezed = MessageText.Squeezed(rest);
        if (conversation.Texts(message).Find(text => text.IsOfCall && text.EndIn(squeezed, 0) < 0) is { IsOfCall: true } lost)
            throw conversation.Error(message, lost.Field, $"The model's chat template leaves \"{lost.Text}\" of a call out.", "Use a chat template that shows calls of tools, or leave the call out.");
        return rest;
    }

    /// <summary>Whether all that was said since the last turn of the assistant is in what the model is asked with.</summary>
    private void CheckContext(Conversation conversation, int message, string before)
    {
        var squeezed = MessageText.Squeezed(before);
        for (var i = message - 1; i >= 0 && !conversation.IsAssistant(i); i--)
        {
            foreach (var text in conversation.Texts(i))
            {
                if (text.EndIn(squeezed, 0) >= 0 && _shapes.MayShow(conversation.First(message + 1), conversation.Line.Tools, text)) continue;
                var role = conversation.Messages[i].GetProperty("role").GetString();
                throw conversation.Error(i, text.Field, $"The model's chat template leaves this text of the role \"{role}\" out: the model would never see it.", "Move it into a message that the template shows (the user's), or leave it out.");
            }
        }

        if (conversation.Line.Tools is not { } tools) return;
        foreach (var tool in tools.EnumerateArray())
        {
            if (Name(tool) is { } name && !before.Contains(name, StringComparison.Ordinal))
                throw conversation.Line.Error($"The model's chat template leaves the tool \"{name}\" out: the model would never see it.", "tools", "Describe the tools in a message, or leave them out.");
        }
    }

    private static string? Name(JsonElement tool)
    {
        if (tool.ValueKind != JsonValueKind.Object) return null;
        if (tool.TryGetProperty("function", out var function)) tool = function;
        return tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
    }

    /// <summary>What the template marks of a turn.</summary>
    private static string Marked(string text, (int Start, int End)[] marks, Turn turn) =>
        string.Concat(marks.Select(m => (Start: Math.Max(m.Start, turn.Before.Length), End: Math.Min(m.End, turn.After.Length))).Where(m => m.Start < m.End).Select(m => text[m.Start..m.End]));

    private RenderedChat Render(Conversation conversation, int count, bool prompt) => Render(conversation, conversation.First(count), prompt);

    private RenderedChat Render(Conversation conversation, IReadOnlyList<JsonElement> messages, bool prompt) =>
        format.Render(new ChatTemplateInput { Messages = JsonSerializer.SerializeToElement(messages), Tools = conversation.Line.Tools, AddGenerationPrompt = prompt }, StoppedClock.Instance);

    /// <summary>A turn of the assistant: what it is asked with, and that with what it says.</summary>
    private sealed record Turn(int Message, string Before, string After, bool IsRendered, bool Thinks);

    private sealed class Conversation(SupervisedLine line, JsonElement[] messages)
    {
        private readonly List<MessageText>?[] _texts = new List<MessageText>?[messages.Length];

        public SupervisedLine Line { get; } = line;

        public IReadOnlyList<JsonElement> Messages { get; } = messages;

        public bool IsAssistant(int message) => Messages[message].GetProperty("role").ValueEquals("assistant");

        public ArraySegment<JsonElement> First(int count) => new(messages, 0, count);

        public List<MessageText> Texts(int message) => _texts[message] ??= MessageText.Of(Messages[message], message);

        /// <summary>An error in a message, or in the field of the line that it came from.</summary>
        public UserError Error(int message, string? field, string problem, string advice) =>
            Line.Error(problem, Line.Messages is not null ? $"messages[{message}].{field ?? "content"}" : field is not (null or "content") ? field : message == 0 ? "prompt" : "completion", advice);
    }
}
