using System.Text.Json;

namespace Deliberate.Jinja;

/// <summary>What a chat template is rendered with; the names a template reads are those of transformers' <c>apply_chat_template</c>.</summary>
public sealed record ChatTemplateInput
{
    /// <summary><c>messages</c>: an array of objects with role, content and whatever else the template knows.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary><c>tools</c>: an array of JSON schemas; none when not given.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary><c>documents</c>: an array of objects with title and text; none when not given.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary><c>add_generation_prompt</c>: whether the text ends with the opening of an assistant's turn. Null leaves the name undefined.</summary>
    public bool? AddGenerationPrompt { get; init; }

    /// <summary>Cuts the text right after the last message's content, for a model to continue it. Not a variable of the template.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Further variables: <c>bos_token</c>, <c>eos_token</c>, <c>enable_thinking</c>, ... A name not given is undefined.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Messages of role and content only.</summary>
    public static JsonElement MessagesOf(params ReadOnlySpan<(string Role, string Content)> messages)
    {
        var array = new System.Text.Json.Nodes.JsonArray();
        foreach (var (role, content) in messages) array.Add(new System.Text.Json.Nodes.JsonObject { ["role"] = role, ["content"] = content });
        using var document = JsonDocument.Parse(array.ToJsonString());
        return document.RootElement.Clone();
    }
}
