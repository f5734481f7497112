using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>A text of a message, which a rendering of the conversation has to show.</summary>
/// <param name="Field">Of the message.</param>
/// <param name="Mark">What stands for it in <see cref="Masked"/>: a word that no template says by itself.</param>
/// <param name="IsThought">Said in thought.</param>
internal readonly partial record struct MessageText(string Field, string Text, string Mark, bool IsThought = false)
{
    private const string Content = "content", Calls = "tool_calls";

    /// <summary>Of a call of a tool, which no mark stands for.</summary>
    public bool IsOfCall => Mark?.Length == 0;

    /// <summary>The texts of a message in the order that they are said: the thought, the text or its parts, what calls hold.</summary>
    /// <param name="number">Of the message in its conversation, so that no two marks are the same.</param>
    public static List<MessageText> Of(JsonElement message, int number)
    {
        var texts = new List<MessageText>();
        var isSaid = IsAssistant(message);
        if (isSaid && SupervisedFile.ThoughtField(message) is { } field) Add(field, message.GetProperty(field).GetString()!, MarkOf(number, "thought"), isThought: true);
        if (message.TryGetProperty(Content, out var content) && content.ValueKind == JsonValueKind.Array)
        {
            var part = 0;
            foreach (var item in content.EnumerateArray()) Add(Content, item.GetProperty("text").GetString()!, MarkOf(number, "part", part++));
        }
        else if (content.ValueKind == JsonValueKind.String)
        {
            var written = isSaid ? WrittenThought.Read(content.GetString()!) : null;
            if (written?.Thought is { } thought) Add(Content, thought, MarkOf(number, "thought"), isThought: true);
            Add(Content, written?.Answer ?? content.GetString()!, MarkOf(number, "text"));
        }

        if (isSaid && message.TryGetProperty(Calls, out var calls) && calls.ValueKind == JsonValueKind.Array) texts.AddRange(Leaves(calls));
        return texts;

        void Add(string name, string text, string mark, bool isThought = false)
        {
            if (text.Trim().Length > 0) texts.Add(new MessageText(name, text, mark, isThought));
        }
    }

    /// <summary>The message with every text but those of calls replaced by its mark.</summary>
    public static JsonObject Masked(JsonElement message, int number)
    {
        var masked = JsonObject.Create(message)!;
        if (IsAssistant(message) && SupervisedFile.ThoughtField(message) is { } field) masked[field] = MarkOf(number, "thought");
        if (masked[Content] is JsonArray parts)
        {
            for (var part = 0; part < parts.Count; part++) ((JsonObject)parts[part]!)["text"] = MarkOf(number, "part", part);
        }
        else if (masked[Content] is JsonValue text && text.GetValue<string>() is { Length: > 0 } said)
        {
            var written = IsAssistant(message) ? WrittenThought.Read(said) : null;
            masked[Content] = written?.Thought is null ? MarkOf(number, "text") : (written with { Thought = MarkOf(number, "thought"), Answer = MarkOf(number, "text") }).Behind("");
        }

        return masked;
    }

    /// <summary>
    /// Where a rendered text shows this one, spaces aside, as a string of JSON, or without the switches that templates take for
    /// themselves (<c>/no_think</c>): the place behind it in the rendered text without its spaces; -1 where it does not.
    /// </summary>
    public int EndIn(string squeezed, int from)
    {
        foreach (var form in Forms())
        {
            var text = Squeezed(form);
            if (squeezed.IndexOf(text, from, StringComparison.Ordinal) is var at and >= 0) return at + text.Length;
        }

        return -1;
    }

    /// <summary>Without its spaces: templates trim and indent.</summary>
    public static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private IEnumerable<string> Forms()
    {
        yield return Text;
        yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Text);
        yield return JavaScriptEncoder.Default.Encode(Text);
        if (Text.Contains('/')) yield return Switch().Replace(Text, "");
    }

    [GeneratedRegex(@"/(no_?)?think(ing)?\b|/system_override\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Switch();

    private static bool IsAssistant(JsonElement message) => message.GetProperty("role").ValueEquals("assistant");

    private static string MarkOf(int number, string kind, int part = 0) => $"Mark{number}{kind}{part}End";

    /// <summary>Names and texts of calls; arguments may be an object, or one written as text.</summary>
    private static IEnumerable<MessageText> Leaves(JsonElement element, string name = "")
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().Where(p => p.Name is not ("id" or "type")).SelectMany(p => Leaves(p.Value, p.Name));
            case JsonValueKind.Array:
                return element.EnumerateArray().SelectMany(item => Leaves(item, name));
            case JsonValueKind.String when element.GetString()!.Trim() is { Length: > 0 } text:
                return name == "arguments" ? Arguments(text) : [new MessageText(Calls, text, "")];
            default:
                return [];
        }
    }

    private static IEnumerable<MessageText> Arguments(string text)
    {
        try
        {
            return Leaves(JsonSerializer.Deserialize<JsonElement>(text));
        }
        catch (JsonException)
        {
            return [new MessageText(Calls, text, "")];
        }
    }
}
