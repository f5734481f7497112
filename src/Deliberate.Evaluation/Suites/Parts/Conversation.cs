using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>Turns of a line of data: <c>messages</c> with <c>role</c> and <c>content</c>, or a prompt alone.</summary>
internal static class Conversation
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant"];

    /// <summary>Up to the last turn of the user, which is what is asked.</summary>
    /// <param name="many">Field of the turns.</param>
    /// <param name="one">Field of the prompt that a line without turns has; null where it must have them.</param>
    public static IReadOnlyList<ChatMessage> Of(JsonLine line, string many, string? one)
    {
        if (one is not null && !line.TryGet(line.Root, many, out _))
        {
            var prompt = line.GetString(one);
            return string.IsNullOrWhiteSpace(prompt) ? throw line.Error("The text is empty.", one) : GeneratedItems.Ask(prompt);
        }

        var turns = new List<ChatMessage>();
        foreach (var turn in line.GetArray(many).EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{many}[{turns.Count}]");
            if (turn.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with role and content.", at);
            var role = line.GetString(turn, "role");
            if (!Roles.Contains(role)) throw line.Error($"There is no role \"{Excerpt.Of(role, 40)}\".", $"{at}.role", $"It is {string.Join(", ", Roles)}.");
            turns.Add(new ChatMessage(role, line.GetString(turn, "content")));
        }

        while (turns.Count > 0 && turns[^1].Role != "user") turns.RemoveAt(turns.Count - 1);
        return turns.Count > 0 ? turns : throw line.Error("No turn is the user's: nothing is asked.", many);
    }
}
