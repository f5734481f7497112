using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A question with its answer under other names than ours: <c>question</c> and <c>answer</c> (GSM8K), <c>problem</c> and
/// <c>solution</c> (MATH), <c>query</c> and <c>response</c>, <c>input</c> and <c>output</c>. A question or problem with an answer or
/// solution is a problem; all others are examples.
/// </summary>
internal sealed class PairShape : ForeignShape
{
    public override string Name => "the form of questions and answers";

    public override IReadOnlyList<string> Fields(JsonElement line, bool asProblem) => Asked(line) is { } asked && Said(line, asProblem) is { } said ? [asked, said] : [];

    public override bool IsProblem(JsonElement line) => Asked(line) is "question" or "problem" && First(line, "answer", "solution") is not null;

    public override JsonObject ToExample(JsonLine line) => new() { ["prompt"] = Text(line, Asked(line.Root)!), ["completion"] = Text(line, Said(line.Root, asProblem: false)!) };

    public override JsonObject ToProblem(JsonLine line) => new() { ["prompt"] = Text(line, Asked(line.Root)!), ["answer"] = Text(line, Said(line.Root, asProblem: true)!) };

    private static string? Asked(JsonElement line) => First(line, "question", "problem", "query", "prompt", "input");

    /// <summary>Of an example the worked solution, of a problem the answer alone, where a line has both.</summary>
    private static string? Said(JsonElement line, bool asProblem) => asProblem
        ? First(line, "answer", "solution", "response", "output", "completion")
        : First(line, "response", "output", "completion", "solution", "answer");
}
