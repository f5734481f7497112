using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// How a file of other people's says its problems: which of its columns is which of our fields, and a system message that every problem
/// is asked with. A line becomes one of ours and keeps its other columns.
/// </summary>
internal sealed record ProblemShape
{
    /// <summary>Our fields that a column may be.</summary>
    public static IReadOnlyList<string> Names { get; } = [OwnProblem.Prompt, OwnProblem.Messages, OwnProblem.Answer, OwnProblem.Tests, OwnProblem.Id, OwnProblem.Level, OwnProblem.Grader];

    /// <summary>Lines as they are.</summary>
    public static ProblemShape Ours { get; } = new();

    /// <summary>Columns by our fields: <c>prompt: question</c>, <c>answer: reward_model.ground_truth</c>.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>The system message of problems that bring none; null for none.</summary>
    public string? System { get; init; }

    /// <summary>The line in our form.</summary>
    /// <exception cref="UserError">A column is missing.</exception>
    public JsonLine Apply(JsonLine line)
    {
        if ((Fields.Count == 0 && System is null) || line.Root.ValueKind != JsonValueKind.Object) return line;
        var made = JsonObject.Create(line.Root)!;
        foreach (var (ours, column) in Fields)
        {
            var found = Column(line, ours, column);
            made.Remove(ours);
            // A prompt may be a whole conversation.
            if (ours == OwnProblem.Prompt && found.ValueKind == JsonValueKind.Array) made[OwnProblem.Messages] = JsonNode.Parse(found.GetRawText());
            else made[ours] = ours == OwnProblem.Level && Number(found) is { } level ? level : JsonNode.Parse(found.GetRawText());
            if (ours == OwnProblem.Prompt && made.ContainsKey(OwnProblem.Messages) && found.ValueKind != JsonValueKind.Array && !Fields.ContainsKey(OwnProblem.Messages)) made.Remove(OwnProblem.Messages);
        }

        if (System is not null) Address(made);
        using var document = JsonDocument.Parse(made.ToJsonString());
        return line with { Root = document.RootElement.Clone() };
    }

    /// <summary>Puts the system message before the conversation, or makes one of the prompt.</summary>
    private void Address(JsonObject made)
    {
        var first = new JsonObject { ["role"] = "system", ["content"] = System };
        if (made[OwnProblem.Messages] is JsonArray messages)
        {
            if (messages.Count > 0 && (messages[0] as JsonObject)?["role"]?.ToString() == "system") return;
            messages.Insert(0, first);
        }
        else if (made[OwnProblem.Prompt] is JsonValue prompt)
        {
            made[OwnProblem.Messages] = new JsonArray(first, new JsonObject { ["role"] = "user", ["content"] = prompt.DeepClone() });
            made.Remove(OwnProblem.Prompt);
        }
    }

    /// <summary>A column by its name, or by the names that lead to it.</summary>
    private static JsonElement Column(JsonLine line, string ours, string column)
    {
        if (line.Root.TryGetProperty(column, out var whole)) return whole;
        var (at, known) = (line.Root, line.Root);
        foreach (var part in column.Split('.'))
        {
            known = at;
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out at)) continue;
            string[] columns = known.ValueKind == JsonValueKind.Object ? [.. known.EnumerateObject().Select(property => property.Name)] : [];
            throw line.Error($"The line has no column \"{column}\".", $"problems.fields.{ours}", NearestName.Suggest(part, columns));
        }

        return at;
    }

    /// <summary>"Level 5" and "5" as a number, as data sets write levels.</summary>
    private static int? Number(JsonElement found)
    {
        if (found.ValueKind != JsonValueKind.String) return null;
        var text = found.GetString()!;
        return int.TryParse(text[(text.LastIndexOf(' ') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var level) ? level : null;
    }
}
