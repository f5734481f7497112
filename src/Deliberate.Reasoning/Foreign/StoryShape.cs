using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>Word problems whose story and question stand apart: <c>Body</c>, <c>Question</c> and <c>Answer</c> (SVAMP).</summary>
internal sealed class StoryShape : ForeignShape
{
    private const string Body = "Body", Question = "Question", Answer = "Answer";

    public override string Name => "SVAMP's form";

    public override IReadOnlyList<string> Fields(JsonElement line, bool asProblem) => First(line, Body) is null || First(line, Question) is null || First(line, Answer) is null ? [] : [Body, Question, Answer];

    public override bool IsProblem(JsonElement line) => true;

    public override JsonObject ToExample(JsonLine line) => new() { ["prompt"] = Asked(line), ["completion"] = Said(line) };

    public override JsonObject ToProblem(JsonLine line) => new() { ["prompt"] = Asked(line), ["answer"] = Said(line) };

    /// <summary>Some stories end without a full stop.</summary>
    private static string Asked(JsonLine line)
    {
        var body = line.GetString(Body).Trim();
        return $"{body}{(body.Length == 0 || ".!?".Contains(body[^1], StringComparison.Ordinal) ? "" : ".")} {line.GetString(Question).Trim()}".Trim();
    }

    /// <summary>Whole numbers are written as such: the files have 145.0.</summary>
    private static string Said(JsonLine line)
    {
        var answer = Text(line, Answer);
        return answer.EndsWith(".0", StringComparison.Ordinal) ? answer[..^2] : answer;
    }
}
