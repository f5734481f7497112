using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// <c>evaluations/NAME.jsonl</c>: every graded sample, one JSON object a line: <c>problem</c> (all its fields), <c>sample</c>,
/// <c>text</c>, <c>completion_tokens</c>, <c>thought_tokens</c>, <c>truncated</c>, where the prompt opened the thought <c>thought_opened_by</c>
/// (the tag), and <c>grade</c> with <c>answer, correct, all_steps_right, format_ok,
/// reason, outcome</c>, where a verifier gives them <c>score</c> and <c>components</c>, and <c>steps</c>, each a <c>text</c>, <c>right</c> and <c>reason</c>. Ordered by problem and sample.
/// </summary>
internal static class EvaluationFile
{
    public static void Write(string path, IEnumerable<GradedSample> samples) => AtomicFile.Write(path, stream =>
    {
        foreach (var sample in samples) stream.Write(Encoding.UTF8.GetBytes(Line(sample) + "\n"));
    });

    /// <exception cref="UserError">A line is not a graded sample.</exception>
    public static List<GradedSample> Read(string path) => [.. JsonLine.Lines(path).Select(l => JsonLine.Parse(path, l.Number, l.Line, Parse))];

    private static string Line(GradedSample sample) => JsonLine.Write(json =>
    {
        var (problem, grade) = (sample.Problem, sample.Grade);
        json.WriteStartObject("problem");
        json.WriteString("family", problem.Family);
        json.WriteNumber("level", problem.Level);
        json.WriteString("split", problem.Split == Split.Train ? "train" : "test");
        json.WriteNumber("index", problem.Index);
        json.WriteString("prompt", problem.Prompt);
        json.WriteString("state", problem.State);
        json.WriteString("canonical", problem.Canonical);
        json.WriteString("answer", problem.Answer);
        json.WriteEndObject();
        json.WriteNumber("sample", sample.Sample);
        json.WriteString("text", sample.Text);
        json.WriteNumber("completion_tokens", sample.CompletionTokens);
        if (sample.ThoughtTokens is { } thought) json.WriteNumber("thought_tokens", thought);
        json.WriteBoolean("truncated", sample.Truncated);
        if (sample.ThoughtOpenedBy.Length > 0) json.WriteString("thought_opened_by", sample.ThoughtOpenedBy);
        json.WriteStartObject("grade");
        json.WriteString("answer", grade.Answer);
        json.WriteNumber("correct", grade.Correct);
        json.WriteBoolean("all_steps_right", grade.AllStepsRight);
        json.WriteBoolean("format_ok", grade.FormatOk);
        json.WriteString("reason", grade.Reason);
        json.WriteString("outcome", RecipeWriter.Scalar(grade.Outcome));
        if (grade.Score != grade.Correct) json.WriteNumber("score", grade.Score);
        if (grade.Components.Count > 0)
        {
            json.WriteStartObject("components");
            foreach (var (name, value) in grade.Components) json.WriteNumber(name, value);
            json.WriteEndObject();
        }

        json.WriteStartArray("steps");
        for (var i = 0; i < grade.Steps.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("text", grade.Steps[i]);
            json.WriteBoolean("right", grade.StepVerdicts[i].IsRight);
            json.WriteString("reason", grade.StepVerdicts[i].Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static GradedSample Parse(JsonElement line)
    {
        var p = line.GetProperty("problem");
        var problem = new Problem(
            p.GetProperty("family").GetString()!, p.GetProperty("level").GetInt32(), p.GetProperty("split").GetString() == "train" ? Split.Train : Split.Test, p.GetProperty("index").GetInt64(),
            p.GetProperty("prompt").GetString()!, p.GetProperty("state").GetString()!, p.GetProperty("canonical").GetString()!, p.GetProperty("answer").GetString()!);
        var g = line.GetProperty("grade");
        var steps = g.GetProperty("steps");
        var grade = new Grade(
            g.GetProperty("answer").GetString(), g.GetProperty("correct").GetDouble(), g.GetProperty("all_steps_right").GetBoolean(), g.GetProperty("format_ok").GetBoolean(), g.GetProperty("reason").GetString()!,
            [.. steps.EnumerateArray().Select(s => s.GetProperty("text").GetString()!)],
            [.. steps.EnumerateArray().Select(s => new StepVerdict(s.GetProperty("right").GetBoolean(), s.GetProperty("reason").GetString()!))]);
        // Files of before verifiers do not say it; then it follows from the rest.
        if (g.TryGetProperty("outcome", out var outcome)) grade = grade with { Outcome = JsonLine.ReadName<SampleOutcome>(outcome.GetString()) };
        if (g.TryGetProperty("score", out var score)) grade = grade with { Score = score.GetDouble() };
        if (g.TryGetProperty("components", out var components)) grade = grade with { Components = [.. components.EnumerateObject().Select(c => KeyValuePair.Create(c.Name, c.Value.GetDouble()))] };
        // Older files call the completion's tokens the thought's, and do not know the thought's own.
        var thought = line.TryGetProperty("thought_tokens", out var counted) ? counted.GetInt32() : (int?)null;
        var isOld = !line.TryGetProperty("completion_tokens", out var all);
        return new GradedSample(problem, line.GetProperty("sample").GetInt32(), line.GetProperty("text").GetString()!, isOld ? thought!.Value : all.GetInt32(), line.GetProperty("truncated").GetBoolean(), grade)
        {
            ThoughtTokens = isOld ? null : thought,
            ThoughtOpenedBy = line.TryGetProperty("thought_opened_by", out var opened) ? opened.GetString()! : "",
        };
    }
}
