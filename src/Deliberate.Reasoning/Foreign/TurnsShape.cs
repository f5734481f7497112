using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// TRL's conversational form: <c>prompt</c> is a list of OpenAI's messages, and <c>completion</c> those that answer it. Of a problem
/// the prompt is one message of the user's, and the answer stands beside it.
/// </summary>
internal sealed class TurnsShape : ForeignShape
{
    private const string Prompt = OwnProblem.Prompt, Completion = "completion";

    public override string Name => "TRL's conversational form";

    /// <summary>Whether a line's prompt is a list of messages.</summary>
    public static bool Has(JsonElement line) => line.TryGetProperty(Prompt, out var prompt) && prompt.ValueKind == JsonValueKind.Array;

    public override IReadOnlyList<string> Fields(JsonElement line, bool asProblem) =>
        !Has(line) ? [] : (asProblem ? Answer(line) : Completes(line) ? Completion : null) is { } said ? [Prompt, said] : [];

    public override bool IsProblem(JsonElement line) => !Completes(line);

    public override JsonObject ToExample(JsonLine line)
    {
        if (!Completes(line.Root)) throw line.Error("There is no list of messages that answers the prompt.", Completion);
        return new JsonObject { ["messages"] = new JsonArray([.. line.GetArray(Prompt).EnumerateArray().Concat(line.GetArray(Completion).EnumerateArray()).Select(message => JsonNode.Parse(message.GetRawText()))]) };
    }

    public override JsonObject ToProblem(JsonLine line)
    {
        var prompt = line.GetArray(Prompt);
        if (Answer(line.Root) is not { } answer) throw line.Error("There is no answer beside the prompt.", OwnProblem.Answer);
        if (prompt.GetArrayLength() != 1) throw line.Error($"A problem is one message of the user's: the prompt has {prompt.GetArrayLength()}.", Prompt);
        if (line.GetString(prompt[0], "role") != "user") throw line.Error("A problem is one message of the user's.", $"{Prompt}[0].role");
        return new JsonObject { [Prompt] = line.GetString(prompt[0], "content"), [OwnProblem.Answer] = Text(line, answer) };
    }

    private static bool Completes(JsonElement line) => line.TryGetProperty(Completion, out var completion) && completion.ValueKind == JsonValueKind.Array;

    private static string? Answer(JsonElement line) => First(line, PairShape.Answers);
}
