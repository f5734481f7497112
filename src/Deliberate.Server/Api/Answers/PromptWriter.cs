using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// Writes conversations as a model reads them. Instructions rank as they stand: the operator's own, then system and developer
/// messages, then the user's. What the model's template does not know is folded into what it knows, always the same way:
/// <list type="bullet">
/// <item>developer messages are system messages, unless the template knows the role;</item>
/// <item>instructions at the beginning are one system message; without system messages they stand before the first user message;</item>
/// <item>tools that the template does not take are described in the system message, calls written as <see cref="ToolCallText"/> has them, results as a user's message;</item>
/// <item>messages of one role in a row are joined where the template refuses them apart.</item>
/// </list>
/// A model without a template reads a lone user message as it is, and of a longer conversation each message on a line of its own behind its role.
/// </summary>
internal sealed class PromptWriter
{
    private readonly TextFormat _format;
    private readonly TemplateFeatures? _features;
    private readonly bool _knowsDeveloper;

    public PromptWriter(TextFormat format)
    {
        _format = format;
        if (format.ChatTemplate is not { } template) return;
        _features = TemplateFeatures.Of(format);
        _knowsDeveloper = template.Source.Contains("developer", StringComparison.Ordinal);
    }

    /// <summary>Whether the template itself tells the model of tools.</summary>
    public bool KnowsTools => _features?.Tools == true;

    /// <param name="thinks">Whether the thought may take any tokens.</param>
    /// <exception cref="UserError">The template refuses the conversation.</exception>
    public RenderedChat Write(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDescription> tools, string? operatorPrompt, bool thinks)
    {
        if (_features is null) return new RenderedChat(Plain(messages, operatorPrompt), []);
        var told = Lead(messages, tools, operatorPrompt);
        var input = new ChatTemplateInput { Messages = ChatMessageJson.Of(told), AddGenerationPrompt = true };
        if (tools.Count > 0 && KnowsTools) input = input with { Tools = JsonSerializer.SerializeToElement(new JsonArray([.. tools.Select(t => t.ToJson())])) };
        if (_features.ThinkingSwitch is { } name) input = input with { Variables = new Dictionary<string, JsonElement> { [name] = JsonSerializer.SerializeToElement(thinks) } };
        try
        {
            return _format.Render(input);
        }
        catch (UserError)
        {
            // Some templates want roles in turn, or no system message behind the first.
            return _format.Render(input with { Messages = ChatMessageJson.Of(Joined(told)) });
        }
    }

    /// <summary>The conversation with its instructions in one place, and with tools where the template has no place for them.</summary>
    private List<ChatMessage> Lead(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDescription> tools, string? operatorPrompt)
    {
        var leading = messages.TakeWhile(m => m.Role is "system" or "developer").ToArray();
        var apart = _knowsDeveloper ? leading.Where(m => m.Role == "developer").ToArray() : [];
        string[] parts =
        [
            .. operatorPrompt is null ? (string[])[] : [operatorPrompt],
            .. leading.Except(apart).Select(m => m.Content),
            .. tools.Count > 0 && !KnowsTools ? (string[])[ToolCallText.Instructions(tools)] : [],
        ];
        var lead = string.Join("\n\n", parts.Where(p => p.Length > 0));
        var rest = messages.Skip(leading.Length).Select(m => m.Role == "developer" && !_knowsDeveloper ? m with { Role = "system" } : m).Select(m => KnowsTools ? m : ToolCallText.AsText(m)).ToList();
        rest.InsertRange(0, apart);
        if (lead.Length == 0) return rest;
        if (_features!.System || rest.Count == 0) rest.Insert(0, new ChatMessage("system", lead));
        else Before(rest, lead);
        return rest;
    }

    /// <summary>Instructions before what the user says first.</summary>
    private static void Before(List<ChatMessage> messages, string lead)
    {
        var first = messages.FindIndex(m => m.Role == "user");
        if (first < 0) messages.Insert(0, new ChatMessage("user", lead));
        else messages[first] = messages[first] with { Content = $"{lead}\n\n{messages[first].Content}" };
    }

    /// <summary>Messages of one role in a row as one, later instructions as the user's.</summary>
    private static List<ChatMessage> Joined(List<ChatMessage> messages)
    {
        var joined = new List<ChatMessage>();
        foreach (var (at, message) in messages.Index())
        {
            var role = message.Role is "system" or "developer" && at > 0 ? "user" : message.Role;
            if (joined.Count > 0 && joined[^1].Role == role && role is "user" or "assistant" && joined.Count > 0 && joined[^1].Role == role && joined[^1].ToolCalls.Count == 0 && message.ToolCalls.Count == 0)
                joined[^1] = joined[^1] with { Content = $"{joined[^1].Content}\n\n{message.Content}" };
            else joined.Add(message with { Role = role });
        }

        return joined;
    }

    private static string Plain(IReadOnlyList<ChatMessage> messages, string? operatorPrompt)
    {
        if (operatorPrompt is null && messages is [{ Role: "user" } only]) return only.Content;
        var text = new StringBuilder();
        if (operatorPrompt is not null) text.Append("system: ").Append(operatorPrompt).Append('\n');
        foreach (var message in messages) text.Append(message.Role).Append(": ").Append(message.Content).Append('\n');
        return text.Append("assistant: ").ToString();
    }
}
