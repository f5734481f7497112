using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Reads examples to imitate from JSON Lines: <c>messages</c> (OpenAI's chat form: <c>role</c> and <c>content</c>, text or text
/// parts; optionally <c>tools</c>), or <c>prompt</c> and <c>completion</c>. What the assistant thought before it answered may stand in
/// a field of its own (<c>reasoning_content</c>, <c>thinking</c> or <c>reasoning</c>). Every mistake names file, line and field; other fields are left alone.
/// </summary>
internal static class SupervisedFile
{
    /// <summary>The names that a thought comes by.</summary>
    internal static readonly string[] Thoughts = ["reasoning_content", "thinking", "reasoning"];

    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    /// <param name="path">The file.</param>
    /// <param name="onError">Takes mistakes, and the line is left out; without it the first one is thrown.</param>
    public static IEnumerable<SupervisedLine> Read(string path, Action<UserError>? onError = null)
    {
        foreach (var line in JsonLines.Read(path, onError))
        {
            SupervisedLine? example = null;
            try
            {
                example = Parse(line);
            }
            catch (UserError error) when (onError is not null)
            {
                onError(error);
            }

            if (example is not null) yield return example;
        }
    }

    /// <summary>The text of a message; its text parts joined; nothing where it has none.</summary>
    internal static string Content(JsonElement message) => !message.TryGetProperty("content", out var content) ? "" : content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString())),
        _ => "",
    };

    /// <summary>The thought that a message, or a line with a completion, gives in a field of its own; nothing where it has none.</summary>
    internal static string Thought(JsonElement message) => ThoughtField(message) is { } field ? message.GetProperty(field).GetString()! : "";

    /// <summary>The field that a thought stands in; null where there is none.</summary>
    internal static string? ThoughtField(JsonElement message) =>
        Array.Find(Thoughts, name => message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim().Length > 0);

    /// <exception cref="UserError">The line is no example.</exception>
    public static SupervisedLine Parse(JsonLine line)
    {
        var root = line.Root;
        if (root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"messages\", or with \"prompt\" and \"completion\".");
        if (ForeignShape.Of(root) is { } shape) throw shape.Error(line, "\"messages\", or \"prompt\" and \"completion\"");
        bool chat = root.TryGetProperty("messages", out _), prompt = root.TryGetProperty("prompt", out _), completion = root.TryGetProperty("completion", out _);
        if (chat && (prompt || completion)) throw line.Error("The line has \"messages\" as well as \"prompt\" or \"completion\".", "messages", "Keep one of them.");
        if (chat) return Chat(line);
        if (!prompt && !completion)
        {
            var names = root.EnumerateObject().Select(p => p.Name).ToArray();
            var meant = ((string[])["messages", "prompt", "completion"]).Select(field => NearestName.Find(field, names)).FirstOrDefault(name => name is not null);
            throw line.Error("The line has neither \"messages\" nor \"prompt\" and \"completion\".", advice: meant is not null ? $"Is \"{meant}\" one of them?" : names.Length == 0 ? null : $"It has {string.Join(", ", names.Take(12))}.");
        }

        var (asked, said) = (line.GetString("prompt"), line.GetString("completion"));
        if (said.Length == 0) throw line.Error("The text is empty: there is nothing to learn.", "completion");
        CheckThought(line, root, said, "completion");
        var thought = Thought(root);
        return new SupervisedLine(line.File, line.Number, null, null, asked, said, thought, $"{asked}\u0001{said}{(thought.Length > 0 ? "\u0001" + thought : "")}");
    }

    private static SupervisedLine Chat(JsonLine line)
    {
        var messages = line.GetArray("messages");
        if (messages.GetArrayLength() == 0) throw line.Error("There is no message.", "messages");
        var assistant = false;
        var number = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"messages[{number++}]";
            try
            {
                assistant |= Message(line, message);
            }
            catch (UserError error)
            {
                // The accessors know the field, but not which message it is of.
                throw line.Error(error.Problem, error.Field is null ? field : $"{field}.{error.Field}", error.Advice);
            }
        }

        if (!assistant) throw line.Error("There is no turn of the assistant: nothing to learn.", "messages", "Add a message with the role \"assistant\".");
        JsonElement? tools = line.TryGet(line.Root, "tools", out var found) && found.ValueKind != JsonValueKind.Null ? line.GetArray("tools") : null;
        return new SupervisedLine(line.File, line.Number, messages, tools, "", "", "", $"{messages.GetRawText()}\u0001{tools?.GetRawText()}");
    }

    /// <summary>Checks a message; whether it is a turn of the assistant.</summary>
    private static bool Message(JsonLine line, JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"role\" and \"content\".");
        var role = line.GetString(message, "role");
        if (!Roles.Contains(role)) throw line.Error($"There is no role \"{role}\".", "role", NearestName.Suggest(role, Roles));
        if (ToolArguments.Fault(message) is { } fault) throw line.Error(fault.Problem, fault.Field);
        var calls = line.TryGet(message, "tool_calls", out var found) && found.ValueKind == JsonValueKind.Array && found.GetArrayLength() > 0;
        if (!line.TryGet(message, "content", out var content) || content.ValueKind == JsonValueKind.Null) return calls && role == "assistant" ? true : throw line.Error("The message has no text.", "content");
        if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in content.EnumerateArray())
            {
                var type = line.GetString(part, "type");
                if (type != "text") throw line.Error($"A part of type \"{type}\" cannot be learned from: only text can.", "content", type is "thinking" or "reasoning" ? "Write a thought into \"reasoning_content\", beside \"content\"." : null);
                line.GetString(part, "text");
            }
        }
        else
        {
            line.GetString(message, "content");
        }

        if (role != "assistant") return false;
        CheckThought(line, message, Content(message), "content");
        return Content(message).Length > 0 || calls ? true : throw line.Error("The assistant's text is empty: there is nothing to learn.", "content");
    }

    /// <summary>Whether a thought is text, there is one only, and it ends.</summary>
    private static void CheckThought(JsonLine line, JsonElement message, string content, string contentField)
    {
        foreach (var field in Thoughts)
        {
            if (!line.TryGet(message, field, out var value) || value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array or JsonValueKind.Object)) continue;
            if (line.GetString(message, field) is var text && text.Trim().Length > 0 && text != Thought(message)) throw line.Error($"The thought is another one than that of \"{ThoughtField(message)}\".", field, "Keep one of them.");
        }

        var split = ThinkingSplit.Of(content);
        if (split is { Thinking: not null, IsUnfinished: true, Text: "" }) throw line.Error("The thought is not closed: there is no answer behind it.", contentField, "Write the closing tag and the answer.");
        if (split.Thinking is { Length: > 0 } && ThoughtField(message) is { } other) throw line.Error($"The text holds a thought, and \"{other}\" holds one too.", contentField, "Keep one of them.");
    }
}
