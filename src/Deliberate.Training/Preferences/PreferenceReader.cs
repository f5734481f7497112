using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Reads preferences from JSON Lines: <c>prompt</c>, <c>chosen</c> and <c>rejected</c>, each a text or a conversation whose last message
/// counts, optionally <c>margin</c>; or answers that stand alone: <c>prompt</c>, <c>completion</c> and <c>label</c> (true for a good one).
/// </summary>
internal sealed class PreferenceReader(TextFormat format) : IExampleReader
{
    private readonly ProblemEncoder _encoder = new(format);

    public IEnumerable<ExampleLine> Read(string file)
    {
        foreach (var line in JsonLines.Read(file))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"prompt\", \"chosen\" and \"rejected\".");
            var prompt = Text(line, "prompt");
            if (line.TryGet(line.Root, "label", out _) && !line.TryGet(line.Root, "chosen", out _))
            {
                var (completion, good) = (Text(line, "completion"), line.GetBool("label"));
                yield return new ExampleLine(file, line.Number, $"{prompt}\u0001{completion}\u0001{good}", () => [Alone(prompt, completion, good)]);
                continue;
            }

            var (chosen, rejected) = (Text(line, "chosen"), Text(line, "rejected"));
            if (chosen == rejected) throw line.Error("Both answers are the same: nothing is preferred.", "rejected");
            var margin = line.TryGet(line.Root, "margin", out var given) && given.ValueKind != JsonValueKind.Null ? line.GetDouble("margin") : 0;
            yield return new ExampleLine(file, line.Number, $"{prompt}\u0001{chosen}\u0001{rejected}", () => [Pair(prompt, chosen, rejected, margin)]);
        }
    }

    private SupervisedExample Pair(string prompt, string chosen, string rejected, double margin)
    {
        var (better, first) = _encoder.Example(prompt, chosen);
        var (worse, _) = _encoder.Example(prompt, rejected);
        return new SupervisedExample([.. better, .. worse], first) { Labels = new ExampleLabels { Split = better.Length, Margin = margin } };
    }

    private SupervisedExample Alone(string prompt, string completion, bool good)
    {
        var (tokens, first) = _encoder.Example(prompt, completion);
        return new SupervisedExample(tokens, first) { Labels = new ExampleLabels { IsDesirable = good } };
    }

    /// <summary>A text, or the last message's of a conversation.</summary>
    private static string Text(JsonLine line, string field)
    {
        var value = line.Get(line.Root, field);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            var last = value[value.GetArrayLength() - 1];
            if (field == "prompt" && value.GetArrayLength() > 1) throw line.Error("A prompt is one message.", field, "Write the conversation as one text.");
            return line.GetString(last, "content");
        }

        return line.GetString(field);
    }
}
