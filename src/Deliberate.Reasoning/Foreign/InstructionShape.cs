using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Alpaca's instructions: <c>instruction</c>, <c>input</c> (Dolly: <c>context</c>) and <c>output</c> (<c>response</c>), optionally
/// <c>system</c> and <c>history</c>, pairs of what was asked and answered before. An input stands behind its instruction after an empty line.
/// </summary>
internal sealed class InstructionShape : ForeignShape
{
    private const string Instruction = "instruction";

    public override string Name => "Alpaca's form";

    public override IReadOnlyList<string> Fields(JsonElement line, bool asProblem)
    {
        if (First(line, Instruction) is null || Output(line) is not { } output) return [];
        return [Instruction, .. Input(line) is { } input ? (string[])[input] : [], output, .. new[] { "system", "history" }.Where(name => First(line, name) is not null)];
    }

    public override bool IsProblem(JsonElement line) => false;

    public override JsonObject ToExample(JsonLine line)
    {
        var system = First(line.Root, "system") is { } field ? line.GetString(field) : "";
        var before = First(line.Root, "history") is null ? [] : History(line);
        var (asked, said) = (Asked(line), Text(line, Output(line.Root)!));
        if (system.Length == 0 && before.Count == 0) return new JsonObject { ["prompt"] = asked, ["completion"] = said };
        var messages = new JsonArray();
        if (system.Length > 0) messages.Add(new JsonObject { ["role"] = "system", ["content"] = system });
        foreach (var (question, answer) in before.Append((asked, said)))
        {
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = question });
            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = answer });
        }

        return new JsonObject { ["messages"] = messages };
    }

    public override JsonObject ToProblem(JsonLine line)
    {
        if (First(line.Root, "history") is not null && line.GetArray("history").GetArrayLength() > 0) throw line.Error("A problem is one question: it has no history.", "history", "Convert it to an example: leave --kind out.");
        return new JsonObject { ["prompt"] = Asked(line), ["answer"] = Text(line, Output(line.Root)!) };
    }

    private static string? Output(JsonElement line) => First(line, "output", "response", "completion");

    private static string? Input(JsonElement line) => First(line, "input", "context");

    private static string Asked(JsonLine line)
    {
        var instruction = line.GetString(Instruction);
        var input = Input(line.Root) is { } field ? Text(line, field) : "";
        return input.Trim().Length == 0 ? instruction : instruction.Trim().Length == 0 ? input : $"{instruction}\n\n{input}";
    }

    private static List<(string, string)> History(JsonLine line)
    {
        var pairs = new List<(string, string)>();
        foreach (var pair in line.GetArray("history").EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair.EnumerateArray().Any(text => text.ValueKind != JsonValueKind.String))
                throw line.Error("Expected two texts: what was asked, and what was answered.", $"history[{pairs.Count}]");
            pairs.Add((pair[0].GetString()!, pair[1].GetString()!));
        }

        return pairs;
    }
}
