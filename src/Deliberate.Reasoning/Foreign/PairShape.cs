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
    /// <summary>Names of a problem's answer.</summary>
    public static string[] Answers { get; } = ["answer", "ground_truth", "solution"];

    public override string Name => "the form of questions and answers";

    public override IReadOnlyList<string> Fields(JsonElement line, bool asProblem) => Asked(line) is { } asked && Said(line, asProblem) is { } said ? [asked, said] : [];

    public override bool IsProblem(JsonElement line) => Asked(line) is "question" or "problem" && First(line, Answers) is not null;

    public override JsonObject ToExample(JsonLine line) => new() { ["prompt"] = Text(line, Asked(line.Root)!), ["completion"] = Text(line, Said(line.Root, asProblem: false)!) };

    public override JsonObject ToProblem(JsonLine line) => new() { ["prompt"] = Text(line, Asked(line.Root)!), ["answer"] = Text(line, Said(line.Root, asProblem: true)!) };

    /// <summary>A prompt that is a list is of <see cref="TurnsShape"/>.</summary>
    private static string? Asked(JsonElement line) => TurnsShape.Has(line) ? null : First(line, "question", "problem", "query", "prompt", "input");

    /// <summary>Of an example the worked solution, of a problem the answer alone, where a line has both.</summary>
    private static string? Said(JsonElement line, bool asProblem) => asProblem
        ? First(line, [.. Answers, "response", "output", "completion"])
        : First(line, "response", "output", "completion", "solution", "answer", "ground_truth");
}
