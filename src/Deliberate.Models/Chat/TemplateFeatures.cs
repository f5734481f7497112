using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// What a chat template makes use of, found out by rendering small conversations: a part is used if it appears in the text, or
/// changes it. A template that refuses a conversation does not take it.
/// </summary>
/// <param name="System">A system message.</param>
/// <param name="Tools">Descriptions of tools.</param>
/// <param name="Thinking">An assistant's reasoning, or the opening of one.</param>
/// <param name="ThinkingSwitch">The variable that switches thinking on and off; null where there is none.</param>
/// <param name="AssistantMask">Marks what the assistant wrote, so that training can take its loss from that alone.</param>
internal sealed record TemplateFeatures(bool System, bool Tools, bool Thinking, string? ThinkingSwitch, bool AssistantMask)
{
    private const string Mark = "xqzmark";

    private static readonly string[] Switches = ["enable_thinking", "thinking"];

    /// <param name="format">Has a template.</param>
    public static TemplateFeatures Of(TextFormat format)
    {
        var user = Json("""[{"role":"user","content":"a"}]""");
        // One that refuses the simplest conversation, perhaps after much work, takes nothing.
        if (Render(format, new ChatTemplateInput { Messages = user, AddGenerationPrompt = true }) is not { } opened) return new TemplateFeatures(false, false, false, null, false);
        var tools = Json("""[{"type":"function","function":{"name":"MARK","description":"b","parameters":{"type":"object","properties":{}}}}]""".Replace("MARK", Mark, StringComparison.Ordinal));
        var told = Render(format, new ChatTemplateInput { Messages = Json($$"""[{"role":"system","content":"{{Mark}}"},{"role":"user","content":"a"}]""") });
        var equipped = Render(format, new ChatTemplateInput { Messages = user, Tools = tools, AddGenerationPrompt = true });
        var reasoned = Render(format, new ChatTemplateInput { Messages = Json($$"""[{"role":"user","content":"a"},{"role":"assistant","reasoning_content":"{{Mark}}","content":"b"}]""") });
        var named = Switches.FirstOrDefault(name => Switched(format, user, name, true) != Switched(format, user, name, false));
        return new TemplateFeatures(
            Shows(told), Shows(equipped), named is not null || Shows(reasoned) || ThinkingTags.Occur(opened.Text), named, reasoned?.AssistantSpans.Count > 0);
    }

    private static bool Shows(RenderedChat? chat) => chat?.Text.Contains(Mark, StringComparison.Ordinal) == true;

    private static string? Switched(TextFormat format, JsonElement messages, string name, bool on) => Render(format, new ChatTemplateInput
    {
        Messages = messages,
        AddGenerationPrompt = true,
        Variables = new Dictionary<string, JsonElement> { [name] = JsonSerializer.SerializeToElement(on) },
    })?.Text;

    private static RenderedChat? Render(TextFormat format, ChatTemplateInput input)
    {
        try
        {
            return format.Render(input);
        }
        catch (UserError)
        {
            return null;
        }
    }

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
