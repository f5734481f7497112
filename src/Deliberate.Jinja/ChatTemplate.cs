using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Jinja;

/// <summary>
/// A chat template: the Jinja program inside a model that turns messages into the text the model was trained on. Read as
/// Jinja 3.1 does under transformers (trim_blocks, lstrip_blocks, loop controls, generation blocks), in a sandbox: it sees
/// only values made from the input, and is bounded in work, output and depth, for
/// templates come from strangers. Safe to share between threads.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>Longest source, in characters; the longest known templates have some 20,000.</summary>
    private const int MaxSource = 1024 * 1024;

    private const int MaxMessage = 2000;

    /// <summary>Stands after the last message's content to find its end in the rendered text; the space tells whether the template trims.</summary>
    private const string ContinueMark = "CONTINUE_FINAL_MESSAGE_MARK ";

    private readonly List<JinjaStatement> _body;
    private readonly JinjaException? _late;

    private ChatTemplate(string source, string name)
    {
        Source = source;
        Name = name;
        (_body, _late) = JinjaParser.Parse(source);
    }

    /// <summary>The program's text.</summary>
    public string Source { get; }

    /// <summary>The file or field it came from, for messages.</summary>
    public string Name { get; }

    /// <summary>Reads a template; a syntax error is a <see cref="UserError"/> that names the line.</summary>
    /// <param name="source">The program's text.</param>
    /// <param name="name">Names the template in messages: the file or field it came from.</param>
    public static ChatTemplate Parse(string source, string name)
    {
        if (source.Length > MaxSource) throw new UserError($"The chat template has {source.Length} characters; at most {MaxSource} are allowed.", name);
        try
        {
            return new ChatTemplate(source, name);
        }
        catch (JinjaException e)
        {
            throw new UserError(Short(e.Message), name, e.Line, inner: e);
        }
    }

    /// <summary>Renders a conversation; whatever goes wrong is a <see cref="UserError"/> that names the line.</summary>
    /// <param name="input">Messages, tools and variables.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; the system's where not given.</param>
    public RenderedChat Render(ChatTemplateInput input, TimeProvider? time = null)
    {
        if (_late is not null) throw new UserError(Short(_late.Message), Name, _late.Line, inner: _late);
        var run = new JinjaRun(time ?? TimeProvider.System);
        try
        {
            var messages = Messages(input.Messages);
            var final = input.ContinueFinalMessage ? FinalText(messages) : null;
            if (final is not null) messages = Marked(messages);
            var scope = Globals(run, input, messages);
            new JinjaInterpreter(run, scope).Run(_body);
            var text = run.Document.ToString();
            return final is null ? new RenderedChat(text, run.Spans) : Cut(text, run.Spans, final);
        }
        catch (JinjaException e)
        {
            throw new UserError(Short(e.Message), Name, Math.Max(1, run.Line), inner: e);
        }
    }

    /// <summary>Messages quote the template, which may be long.</summary>
    private static string Short(string message) => message.Length <= MaxMessage ? message : message[..MaxMessage] + "...";

    private static JinjaScope Globals(JinjaRun run, ChatTemplateInput input, JinjaList messages)
    {
        var globals = new JinjaScope(null);
        JinjaGlobals.Define(globals, run);
        var scope = new JinjaScope(globals);
        scope.Set("messages", messages);
        scope.Set("tools", input.Tools is { } tools ? JinjaJson.FromElement(tools) : JinjaNone.Instance);
        scope.Set("documents", input.Documents is { } documents ? JinjaJson.FromElement(documents) : JinjaNone.Instance);
        if (input.AddGenerationPrompt is { } add) scope.Set("add_generation_prompt", add);
        foreach (var (name, value) in input.Variables) scope.Set(name, JinjaJson.FromElement(value));
        return scope;
    }

    /// <summary>The messages, each with its reasoning under both names templates look for, whichever of the three it came by.</summary>
    private static JinjaList Messages(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) throw new JinjaException("messages must be an array of objects with role and content");
        return new JinjaList([.. element.EnumerateArray().Select(JinjaJson.FromElement).Select(WithReasoning)]);
    }

    private static JinjaValue WithReasoning(JinjaValue message)
    {
        if (message is not JinjaDict dict) return message;
        var reasoning = dict.Find("reasoning_content") ?? dict.Find("thinking") ?? dict.Find("reasoning");
        if (reasoning is null) return message;
        if (dict.Find("reasoning_content") is null) dict.Set("reasoning_content", reasoning);
        if (dict.Find("thinking") is null) dict.Set("thinking", reasoning);
        return dict;
    }

    /// <summary>The text to be continued: the last message's content, or the last text among its parts.</summary>
    private static string FinalText(JinjaList messages)
    {
        if (messages.Items is [.., JinjaDict last])
        {
            if (last.Find("content") is JinjaString text) return text.Text;
            if (last.Find("content") is JinjaList parts && TextPart(parts) is var index and >= 0) return ((JinjaString)((JinjaDict)parts.Items[index]).Find("text")!).Text;
        }

        throw new JinjaException("the final message has no text to continue");
    }

    private static int TextPart(JinjaList parts)
    {
        for (var i = parts.Items.Count - 1; i >= 0; i--)
        {
            if (parts.Items[i] is JinjaDict part && part.Find("text") is JinjaString) return i;
        }

        return -1;
    }

    private static JinjaList Marked(JinjaList messages)
    {
        var last = (JinjaDict)messages.Items[^1];
        var content = last.Find("content");
        JinjaValue marked = content is JinjaString text ? text.Text + ContinueMark : MarkedParts((JinjaList)content!);
        return new JinjaList([.. messages.Items.SkipLast(1), With(last, "content", marked)]);
    }

    private static JinjaList MarkedParts(JinjaList parts)
    {
        var items = parts.Items.ToArray();
        var index = TextPart(parts);
        var part = (JinjaDict)items[index];
        items[index] = With(part, "text", ((JinjaString)part.Find("text")!).Text + ContinueMark);
        return new JinjaList(items);
    }

    private static JinjaDict With(JinjaDict dict, string key, JinjaValue value)
    {
        var copy = new JinjaDict();
        foreach (var (name, old) in dict.Entries) copy.Set(name, old);
        copy.Set(key, value);
        return copy;
    }

    private static RenderedChat Cut(string text, List<(int Start, int End)> spans, string final)
    {
        var at = text.LastIndexOf(ContinueMark.TrimEnd(), StringComparison.Ordinal);
        if (at < 0 || !text.Contains(final.Trim(), StringComparison.Ordinal)) throw new JinjaException("the final message does not appear in the rendered chat, so it cannot be continued");
        var trims = string.CompareOrdinal(text, at, ContinueMark, 0, ContinueMark.Length) != 0;
        var cut = trims ? text[..at].TrimEnd() : text[..at];
        var length = PythonText.Length(cut);
        return new RenderedChat(cut, [.. spans.Where(s => s.Start < length).Select(s => (s.Start, Math.Min(s.End, length)))]);
    }
}
