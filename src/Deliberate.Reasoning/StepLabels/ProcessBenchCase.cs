using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A case of ProcessBench (arXiv 2412.06559): a solution in steps, and the first that is wrong. In files <c>id</c>, <c>generator</c>,
/// <c>problem</c>, <c>steps</c>, <c>final_answer_correct</c> and <c>label</c>, which is -1 where all steps are right.
/// </summary>
internal sealed record ProcessBenchCase(string Id, string Generator, string Problem, IReadOnlyList<string> Steps, bool? IsRight, int Label)
{
    public static bool IsOne(JsonElement root) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("problem", out _) && root.TryGetProperty("steps", out _) && root.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.Number;

    /// <exception cref="UserError">The line is no such case.</exception>
    public static ProcessBenchCase Parse(JsonLine line)
    {
        var steps = line.GetArray("steps");
        if (steps.GetArrayLength() == 0) throw line.Error("There is no step.", "steps");
        string[] texts = [.. steps.EnumerateArray().Select((s, i) => s.ValueKind == JsonValueKind.String ? s.GetString()! : throw line.Error("Expected text.", $"steps[{i}]"))];
        var label = line.GetInt32("label");
        if (label < -1 || label >= texts.Length) throw line.Error($"There are {texts.Length} steps, and {label} is none of them.", "label", "It is the first wrong step, from 0, or -1.");
        bool? right = line.TryGet(line.Root, "final_answer_correct", out var said) && said.ValueKind is JsonValueKind.True or JsonValueKind.False ? said.GetBoolean() : null;
        return new ProcessBenchCase(line.GetOptionalString("id") ?? "", line.GetOptionalString("generator") ?? "", line.GetString("problem"), texts, right, label);
    }

    /// <summary>Null where the example says nothing of a step before its first mistake.</summary>
    public static ProcessBenchCase? Of(StepwiseExample example, string id, string generator)
    {
        var error = example.FirstError;
        var known = error < 0 ? example.Labels.Count : error;
        return example.Labels.Take(known).Any(double.IsNaN) ? null : new ProcessBenchCase(id, generator, example.Prompt, example.Steps, example.IsRight, error);
    }

    /// <summary>What it says of each step: nothing of those behind the first wrong one.</summary>
    public StepwiseExample ToStepwise()
    {
        var end = Label < 0 ? Steps.Count : Label + 1;
        return new StepwiseExample(Problem, [.. Steps.Take(end)], [.. Enumerable.Range(0, end).Select(i => i == Label ? 0.0 : 1)], IsRight);
    }

    public void Write(Stream stream)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, Id);
            json.WriteString("generator"u8, Generator);
            json.WriteString("problem"u8, Problem);
            json.WriteStartArray("steps"u8);
            foreach (var step in Steps) json.WriteStringValue(step);
            json.WriteEndArray();
            if (IsRight is { } right) json.WriteBoolean("final_answer_correct"u8, right);
            json.WriteNumber("label"u8, Label);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
