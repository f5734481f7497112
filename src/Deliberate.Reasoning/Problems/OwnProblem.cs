using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>Fields of a problem that came from a user's file: <see cref="Problem.State"/> is its line, as JSON.</summary>
internal static class OwnProblem
{
    public const string Prompt = "prompt", Answer = "answer", Id = "id", Level = "level", Grader = "grader", Lists = "lists", Messages = "messages", Tests = "tests";

    /// <summary>Whether the problem came from a file; families' states are no JSON objects.</summary>
    public static bool IsLine(Problem problem) => problem.State.StartsWith('{');

    /// <summary>What the user calls it: its <c>id</c>, else its place.</summary>
    public static string IdOf(Problem problem) => NamedId(problem) ?? $"{problem.Family} {problem.Index}";

    /// <summary>Its <c>id</c>; null where it has none.</summary>
    public static string? NamedId(Problem problem) => Field(problem, Id);

    /// <summary>The grader that the problem asks for; null for that of the recipe.</summary>
    public static string? GraderOf(Problem problem) => Field(problem, Grader);

    /// <summary>How the problem says its reference's list is meant; null for as the recipe says.</summary>
    public static AnswerLists? ListsOf(Problem problem) => Field(problem, Lists) is { } named ? ListsNamed(named) : null;

    /// <summary>What a word says of a list; null for any other word.</summary>
    public static AnswerLists? ListsNamed(string word) => word switch { "usual" => AnswerLists.Usual, "ordered" => AnswerLists.Ordered, "set" => AnswerLists.Set, _ => null };

    private static string? Field(Problem problem, string name)
    {
        if (!IsLine(problem) || !problem.State.Contains($"\"{name}\"", StringComparison.Ordinal)) return null;
        using var line = JsonDocument.Parse(problem.State);
        return !line.RootElement.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }
}
