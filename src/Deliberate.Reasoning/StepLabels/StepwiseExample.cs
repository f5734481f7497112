using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A problem, the steps of a solution and what is known of each: what reward models of steps learn from. In files <c>prompt</c>,
/// <c>completions</c> and <c>labels</c>, as TRL has it; a label is true, false, or a probability where nobody is sure, and null where
/// nothing is known.
/// </summary>
/// <param name="Prompt">The problem.</param>
/// <param name="Steps">In order; the answer belongs to the last.</param>
/// <param name="Labels">One a step: how likely it is right, NaN where nothing is known.</param>
/// <param name="IsRight">Whether the final answer is right; null where nobody says.</param>
internal sealed record StepwiseExample(string Prompt, IReadOnlyList<string> Steps, IReadOnlyList<double> Labels, bool? IsRight)
{
    /// <summary>Which steps are right without progress; none where only right and wrong are told apart.</summary>
    public IReadOnlyList<bool> Neutral { get; init; } = [];

    /// <summary>The first wrong step, from 0; -1 where none is.</summary>
    public int FirstError => Enumerable.Range(0, Labels.Count).FirstOrDefault(i => Labels[i] < 0.5, -1);

    public static bool IsOne(JsonElement root) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("prompt", out _) && root.TryGetProperty("completions", out _) && root.TryGetProperty("labels", out _);

    /// <exception cref="UserError">The line is no such example.</exception>
    public static StepwiseExample Parse(JsonLine line)
    {
        var (steps, labels) = (line.GetArray("completions"), line.GetArray("labels"));
        if (steps.GetArrayLength() == 0) throw line.Error("There is no step.", "completions");
        if (steps.GetArrayLength() != labels.GetArrayLength()) throw line.Error($"There are {steps.GetArrayLength()} steps and {labels.GetArrayLength()} labels.", "labels");
        var (texts, values) = (new string[steps.GetArrayLength()], new double[steps.GetArrayLength()]);
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = steps[i].ValueKind == JsonValueKind.String ? steps[i].GetString()! : throw line.Error("Expected text.", $"completions[{i}]");
            values[i] = labels[i] switch
            {
                { ValueKind: JsonValueKind.True } => 1,
                { ValueKind: JsonValueKind.False } => 0,
                { ValueKind: JsonValueKind.Null } => double.NaN,
                { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var p) && p is >= 0 and <= 1 => p,
                var other => throw line.Error($"{Excerpt.Of(other.GetRawText(), 40)} is no label.", $"labels[{i}]", "It is true, false, a probability from 0 to 1, or null."),
            };
        }

        bool? right = line.TryGet(line.Root, "correct", out var said) && said.ValueKind is JsonValueKind.True or JsonValueKind.False ? said.GetBoolean() : null;
        var neutral = line.TryGet(line.Root, "neutral", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == texts.Length ? list.EnumerateArray().Select(n => n.ValueKind == JsonValueKind.True).ToArray() : [];
        return new StepwiseExample(line.GetString("prompt"), texts, values, right) { Neutral = neutral };
    }

    /// <summary>What a labelled solution says of its path, up to and including the first wrong step.</summary>
    public static StepwiseExample Of(LabelledSolution solution, NeutralSteps neutral)
    {
        var path = solution.Path.ToArray();
        var end = solution.FirstError < 0 ? path.Length : solution.FirstError + 1;
        var steps = path[..end];
        return new StepwiseExample(
            solution.Question.Problem, [.. steps.Select(s => s.Text)], [.. steps.Select(s => s.Rating switch { 1 => 1, 0 => neutral == NeutralSteps.Positive ? 1 : 0, -1 => 0, _ => double.NaN })],
            solution.Finish == LabelFinish.Solution ? true : solution.Finish == LabelFinish.FoundError ? false : null)
        {
            Neutral = steps.Any(s => s.Rating == 0) ? [.. steps.Select(s => s.Rating == 0)] : [],
        };
    }

    /// <summary>The same as a labelled solution of phase 2.</summary>
    /// <param name="labeler">Who labelled it.</param>
    /// <param name="timestamp">When.</param>
    public LabelledSolution ToLabelled(string labeler, string timestamp)
    {
        var end = FirstError < 0 ? Steps.Count : FirstError + 1;
        int? Rating(int i) => double.IsNaN(Labels[i]) ? null : Labels[i] < 0.5 ? -1 : Neutral.Count > 0 && Neutral[i] ? 0 : 1;
        return new LabelledSolution
        {
            Labeler = labeler,
            Timestamp = timestamp,
            Generation = 0,
            IsQualityControlQuestion = false,
            IsInitialScreeningQuestion = false,
            Question = new LabelQuestion(Prompt, null, null, Steps, null, null),
            Steps = [.. Enumerable.Range(0, end).Select(i => new LabelledStep([new LabelledCompletion(Steps[i], Rating(i), null)], null, Labels[i] < 0.5 ? null : 0))],
            TotalTime = null,
            Finish = FirstError >= 0 ? LabelFinish.FoundError : IsRight == false ? LabelFinish.GiveUp : LabelFinish.Solution,
        };
    }

    public void Write(Stream stream)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("prompt"u8, Prompt);
            json.WriteStartArray("completions"u8);
            foreach (var step in Steps) json.WriteStringValue(step);
            json.WriteEndArray();
            json.WriteStartArray("labels"u8);
            foreach (var label in Labels)
            {
                if (double.IsNaN(label)) json.WriteNullValue();
                else if (label is 0 or 1) json.WriteBooleanValue(label == 1);
                else json.WriteNumberValue(label);
            }

            json.WriteEndArray();
            if (Neutral.Count > 0)
            {
                json.WriteStartArray("neutral"u8);
                foreach (var neutral in Neutral) json.WriteBooleanValue(neutral);
                json.WriteEndArray();
            }

            if (IsRight is { } right) json.WriteBoolean("correct"u8, right);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
