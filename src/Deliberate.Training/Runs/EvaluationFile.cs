using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// <c>evaluations/NAME.jsonl</c>: every graded sample, one JSON object a line: <c>id</c>, <c>problem</c> (all its fields), <c>sample</c>,
/// <c>text</c>, <c>completion_tokens</c>, <c>thought_tokens</c>, <c>truncated</c>, where the prompt opened the thought <c>thought_opened_by</c>
/// (the tag), and <c>grade</c> with <c>answer, correct, all_steps_right, format_ok,
/// reason, outcome</c>, of an episode <c>turns</c> (each <c>said</c>, <c>reply</c>, <c>reward</c>, <c>thinking</c>, and tokens <c>drawn</c> and <c>given</c>), where a verifier gives them <c>score</c> and <c>components</c>, and <c>steps</c>, each a <c>text</c>, <c>right</c> and <c>reason</c>. Ordered by problem and sample.
/// </summary>
internal static class EvaluationFile
{
    public static void Write(string path, IEnumerable<ScoredSample> samples) => AtomicFile.Write(path, stream =>
    {
        foreach (var sample in samples) stream.Write(Encoding.UTF8.GetBytes(Line(sample) + "\n"));
    });

    /// <exception cref="UserError">A line is not a graded sample.</exception>
    public static List<ScoredSample> Read(string path) => [.. RecordLine.Lines(path).Select(l => RecordLine.Parse(path, l.Number, l.Line, Parse))];

    /// <summary>A sample as a line of the file.</summary>
    public static string Line(ScoredSample scored) => RecordLine.Write(json =>
    {
        var (problem, sample, verdict) = (scored.Problem, scored.Sample, scored.Verdict);
        json.WriteString("id", sample.Id);
        json.WriteStartObject("problem");
        json.WriteString("family", problem.Family);
        json.WriteNumber("level", problem.Level);
        json.WriteString("split", problem.Split == Split.Train ? "train" : "test");
        json.WriteNumber("index", problem.Index);
        if (problem.Version != 1) json.WriteNumber("version", problem.Version);
        json.WriteString("prompt", problem.Prompt);
        json.WriteString("state", problem.State);
        json.WriteString("canonical", problem.Canonical);
        json.WriteString("answer", problem.Answer);
        json.WriteEndObject();
        json.WriteNumber("sample", sample.Attempt);
        json.WriteString("text", sample.Completion);
        json.WriteNumber("completion_tokens", sample.CompletionTokens);
        if (sample.ThoughtTokens is { } thought) json.WriteNumber("thought_tokens", thought);
        json.WriteBoolean("truncated", sample.Truncated);
        if (sample.ThoughtOpenedBy.Length > 0) json.WriteString("thought_opened_by", sample.ThoughtOpenedBy);
        if (sample.Episode is { } episode) WriteTurns(json, episode);
        json.WriteStartObject("grade");
        json.WriteString("answer", sample.Answer);
        json.WriteNumber("correct", verdict.IsRight ? 1 : 0);
        json.WriteBoolean("all_steps_right", verdict.AllStepsRight);
        json.WriteBoolean("format_ok", sample.Answer is not null);
        json.WriteString("reason", verdict.Reason);
        json.WriteString("outcome", RecipeWriter.Scalar(verdict.Outcome));
        if (verdict.Value != (verdict.IsRight ? 1 : 0)) json.WriteNumber("score", verdict.Value);
        if (verdict.Scores.Count > 0)
        {
            json.WriteStartObject("components");
            foreach (var score in verdict.Scores) json.WriteNumber(score.Name, score.Value);
            json.WriteEndObject();
        }

        json.WriteStartArray("steps");
        foreach (var (text, step) in scored.Steps)
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteBoolean("right", step.IsRight);
            json.WriteString("reason", step.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>A line that <see cref="Line"/> wrote.</summary>
    public static ScoredSample ParseLine(string line)
    {
        using var parsed = JsonDocument.Parse(line);
        return Parse(parsed.RootElement);
    }

    private static ScoredSample Parse(JsonElement line)
    {
        var p = line.GetProperty("problem");
        var problem = new Problem(
            p.GetProperty("family").GetString()!, p.GetProperty("level").GetInt32(), p.GetProperty("split").GetString() == "train" ? Split.Train : Split.Test, p.GetProperty("index").GetInt64(),
            p.GetProperty("prompt").GetString()!, p.GetProperty("state").GetString()!, p.GetProperty("canonical").GetString()!, p.GetProperty("answer").GetString()!)
        {
            Version = p.TryGetProperty("version", out var version) ? version.GetInt32() : 1,
        };
        var g = line.GetProperty("grade");
        // Older files call the completion's tokens the thought's, and do not know the thought's own.
        var thought = line.TryGetProperty("thought_tokens", out var counted) ? counted.GetInt32() : (int?)null;
        var isOld = !line.TryGetProperty("completion_tokens", out var all);
        var sample = new Sample
        {
            Problem = problem,
            Attempt = line.GetProperty("sample").GetInt32(),
            Completion = line.GetProperty("text").GetString()!,
            Answer = g.GetProperty("answer").GetString(),
            Truncated = line.GetProperty("truncated").GetBoolean(),
            ThoughtOpenedBy = line.TryGetProperty("thought_opened_by", out var opened) ? opened.GetString()! : "",
            CompletionTokens = isOld ? thought!.Value : all.GetInt32(),
            ThoughtTokens = isOld ? null : thought,
            Episode = line.TryGetProperty("turns", out var turns) ? new Episode([.. turns.EnumerateArray().Select(Turn)]) : null,
        };
        return new ScoredSample(sample, Parse(g, sample));
    }

    private static EpisodeTurn Turn(JsonElement turn) => new(turn.GetProperty("said").GetString()!, turn.TryGetProperty("reply", out var reply) ? reply.GetString() : null, turn.GetProperty("reward").GetDouble())
    {
        OwnTokens = turn.GetProperty("drawn").GetInt32(),
        GivenTokens = turn.GetProperty("given").GetInt32(),
        Thinking = turn.TryGetProperty("thinking", out var thinking) ? thinking.GetString() : null,
    };

    private static void WriteTurns(Utf8JsonWriter json, Episode episode)
    {
        json.WriteStartArray("turns");
        foreach (var turn in episode.Turns)
        {
            json.WriteStartObject();
            if (turn.Thinking is { } thinking) json.WriteString("thinking", thinking);
            json.WriteString("said", turn.Said);
            if (turn.Reply is { } reply) json.WriteString("reply", reply);
            json.WriteNumber("reward", turn.Reward);
            json.WriteNumber("drawn", turn.OwnTokens);
            json.WriteNumber("given", turn.GivenTokens);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static Verdict Parse(JsonElement grade, Sample sample)
    {
        var correct = grade.GetProperty("correct").GetDouble();
        // Files of before verifiers do not say the outcome; then it follows from the rest.
        var outcome = grade.TryGetProperty("outcome", out var named) ? RecordLine.ReadName<SampleOutcome>(named.GetString())
            : sample.Answer is null ? SampleOutcome.Unscored : correct > 0 ? SampleOutcome.Pass : SampleOutcome.Fail;
        return Verdict.Of(outcome, grade.TryGetProperty("score", out var score) ? score.GetDouble() : correct, grade.GetProperty("reason").GetString()!) with
        {
            AllStepsRight = grade.GetProperty("all_steps_right").GetBoolean(),
            Scores = grade.TryGetProperty("components", out var components) ? [.. components.EnumerateObject().Select(c => new Score(c.Name, c.Value.GetDouble()))] : [],
            Steps = [.. grade.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("right").GetBoolean() ? Verdict.Pass() : Verdict.Fail(s.GetProperty("reason").GetString()!))],
        };
    }
}
