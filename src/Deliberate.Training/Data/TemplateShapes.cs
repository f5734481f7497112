using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Which texts a template shows of conversations of one shape (roles, fields, thoughts): found by rendering one whose texts are
/// marks, since a short text may stand in a template's own words, or in another message, by chance. Once a shape.
/// </summary>
internal sealed class TemplateShapes(TextFormat format)
{
    private const int MostShapes = 4096;

    private readonly Dictionary<string, string?> _rendered = new(StringComparer.Ordinal);

    /// <summary>Whether the template shows what the mark stands for; where it takes no marks for texts, that is not known, and it may.</summary>
    public bool MayShow(IReadOnlyList<JsonElement> messages, JsonElement? tools, MessageText text)
    {
        if (text.IsOfCall) return true;
        var shape = Shape(messages, tools);
        if (!_rendered.TryGetValue(shape, out var rendered))
        {
            if (_rendered.Count == MostShapes) _rendered.Clear();
            _rendered[shape] = rendered = Rendered(messages, tools);
        }

        return rendered is null || rendered.Contains(text.Mark, StringComparison.Ordinal);
    }

    private string? Rendered(IReadOnlyList<JsonElement> messages, JsonElement? tools)
    {
        var masked = new JsonArray([.. messages.Select(MessageText.Masked)]);
        try
        {
            return format.Render(new ChatTemplateInput { Messages = JsonSerializer.SerializeToElement(masked), Tools = tools, AddGenerationPrompt = false }, StoppedClock.Instance).Text;
        }
        catch (UserError)
        {
            return null;
        }
    }

    private static string Shape(IReadOnlyList<JsonElement> messages, JsonElement? tools)
    {
        var shape = new StringBuilder(tools is null ? "" : "tools");
        for (var i = 0; i < messages.Count; i++)
        {
            shape.Append('/').Append(messages[i].GetProperty("role").GetString());
            foreach (var property in messages[i].EnumerateObject()) shape.Append(' ').Append(property.Name).Append(property.Value.ValueKind);
            foreach (var text in MessageText.Of(messages[i], i)) shape.Append(' ').Append(text.Mark);
        }

        return shape.ToString();
    }
}
