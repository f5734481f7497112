using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A problem that is a conversation: <c>messages</c> in OpenAI's form, which end with what the model is asked. It needs a model with a chat
/// template, but for a single message of the user's, which is asked as a prompt is.
/// </summary>
internal static class ProblemMessages
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    /// <summary>The conversation as one text, as lists and reports show the problem: the user's message where it is the only one, else each with its role.</summary>
    /// <param name="line">With <c>messages</c>.</param>
    /// <param name="usual">A system message that goes without saying, being every problem's; null for none.</param>
    /// <exception cref="UserError">It is no conversation, or ends with an answer.</exception>
    public static string Read(JsonLine line, string? usual)
    {
        var messages = line.GetArray(OwnProblem.Messages);
        if (messages.GetArrayLength() == 0) throw line.Error("There are no messages.", OwnProblem.Messages);
        var said = new List<(string Role, string Content)>();
        foreach (var (at, message) in messages.EnumerateArray().Index())
        {
            var field = FormattableString.Invariant($"{OwnProblem.Messages}[{at}]");
            if (message.ValueKind != JsonValueKind.Object) throw line.Error("A message is an object with role and content.", field);
            if (!message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String) throw line.Error("The message has no role.", $"{field}.role", "Roles are system, user and assistant.");
            if (!Roles.Contains(role.GetString())) throw line.Error($"There is no role \"{role.GetString()}\".", $"{field}.role", NearestName.Suggest(role.GetString()!, Roles));
            var content = Content(message);
            if (content is null && role.GetString() != "assistant") throw line.Error("The message has no text.", $"{field}.content");
            said.Add((role.GetString()!, content ?? ""));
        }

        if (said[^1].Role == "assistant") throw line.Error("The last message is the assistant's: a problem ends with what the model is asked.", FormattableString.Invariant($"{OwnProblem.Messages}[{said.Count - 1}].role"), "To imitate conversations name the file in supervised.data.");
        if (said[0].Role == "system" && said[0].Content == usual) said.RemoveAt(0);
        return said is [("user", var only)] ? only : string.Join("\n\n", said.Select(one => $"{one.Role}: {one.Content}"));
    }

    /// <summary>The conversation of a problem; null for one that is a prompt.</summary>
    public static JsonElement? Of(Problem problem)
    {
        if (!OwnProblem.IsLine(problem) || !problem.State.Contains($"\"{OwnProblem.Messages}\"", StringComparison.Ordinal)) return null;
        using var line = JsonDocument.Parse(problem.State);
        return line.RootElement.TryGetProperty(OwnProblem.Messages, out var messages) && messages.ValueKind == JsonValueKind.Array && !line.RootElement.TryGetProperty(OwnProblem.Prompt, out _) ? messages.Clone() : null;
    }

    /// <summary>What a model without a chat template is given: the user's message, if there is no other.</summary>
    /// <exception cref="UserError">There are others.</exception>
    public static string Plain(JsonElement messages)
    {
        if (messages.GetArrayLength() == 1 && messages[0].GetProperty("role").GetString() == "user" && Content(messages[0]) is { } only) return only;
        throw new UserError("A problem is a conversation of several messages, and the model has no chat template to write them with.", field: "problems", advice: "Start from a model with one (model.from), or leave out problems.system and give prompts.");
    }

    /// <summary>The text of a message, of its parts where it has parts; null without one.</summary>
    private static string? Content(JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content)) return null;
        if (content.ValueKind == JsonValueKind.String) return content.GetString();
        if (content.ValueKind != JsonValueKind.Array) return null;
        string[] parts = [.. content.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String).Select(part => part.GetProperty("text").GetString()!)];
        return parts.Length > 0 ? string.Concat(parts) : null;
    }
}
