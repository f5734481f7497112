using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// Samples and their verdicts in a log (format 1): the head says what was asked, then a record a sample under the sample's own id,
/// then the result. Numbers are written with the shortest digits that read back to the same ones.
/// </summary>
internal static class SampleLog
{
    public const string SampleKind = "sample", ResultKind = "result";

    private static readonly Dictionary<string, SampleOutcome> Outcomes = Enum.GetValues<SampleOutcome>().ToDictionary(o => RecipeWriter.Scalar(o), o => o, StringComparer.Ordinal);

    /// <param name="path">Of a file that is not there.</param>
    /// <param name="command">What makes it, as <c>eval</c>.</param>
    /// <param name="settings">Writes the properties that say what was asked.</param>
    public static LogWriter Begin(string path, string command, Action<Utf8JsonWriter> settings) => LogWriter.Create(path, json =>
    {
        json.WriteString("command"u8, command);
        json.WriteStartObject("settings"u8);
        settings(json);
        json.WriteEndObject();
    });

    public static void Append(LogWriter log, Sample sample, Verdict verdict) => log.Append(SampleKind, sample.Id, json => WriteBody(json, sample, verdict));

    /// <summary>The properties of a sample's record, into an object that is open.</summary>
    public static void WriteBody(Utf8JsonWriter json, Sample sample, Verdict verdict)
    {
        json.WriteString("problem"u8, sample.Problem.Id);
        json.WriteString("prompt"u8, sample.Problem.Prompt);
        json.WriteString("reference"u8, sample.Problem.Answer);
        json.WriteNumber("attempt"u8, sample.Attempt);
        json.WriteString("completion"u8, sample.Completion);
        json.WriteString("answer"u8, sample.Answer);
        json.WriteBoolean("truncated"u8, sample.Truncated);
        if (sample.ThoughtOpenedBy.Length > 0) json.WriteString("thought_opened_by"u8, sample.ThoughtOpenedBy);
        if (sample.CompletionTokens > 0) json.WriteNumber("completion_tokens"u8, sample.CompletionTokens);
        if (sample.ThoughtTokens is { } thought) json.WriteNumber("thought_tokens"u8, thought);
        json.WritePropertyName("verdict"u8);
        Write(json, verdict);
    }

    /// <summary>The last record; the log's hash is then final.</summary>
    public static void Finish(LogWriter log, IEnumerable<NamedEstimate> measures) => log.Append(ResultKind, null, json =>
    {
        json.WriteStartArray("measures"u8);
        foreach (var measure in measures) JsonSerializer.Serialize(json, measure);
        json.WriteEndArray();
    });

    /// <summary>A sample's record, read back.</summary>
    /// <param name="body">Of the record.</param>
    /// <param name="messages">What was asked; null for the prompt alone.</param>
    /// <param name="state">The problem's; empty where the log does not keep it.</param>
    public static (Sample Sample, Verdict Verdict) Read(JsonElement body, IReadOnlyList<ChatMessage>? messages = null, string state = "")
    {
        var id = body.GetProperty("problem"u8).GetString()!;
        var (slash, at) = (id.IndexOf('/', StringComparison.Ordinal), id.LastIndexOf('@', id.IndexOf('/', StringComparison.Ordinal)));
        var prompt = body.GetProperty("prompt"u8).GetString()!;
        var (level, index) = Place(id.AsSpan(slash + 1));
        var problem = new Problem(id[..at], level, Split.Test, index, prompt, state, prompt, body.GetProperty("reference"u8).GetString()!)
        {
            Version = int.Parse(id.AsSpan(at + 1, slash - at - 1), NumberStyles.None, CultureInfo.InvariantCulture),
        };
        var sample = new Sample
        {
            Problem = problem,
            Attempt = body.GetProperty("attempt"u8).GetInt32(),
            Completion = body.GetProperty("completion"u8).GetString()!,
            Answer = body.GetProperty("answer"u8).GetString(),
            Truncated = body.GetProperty("truncated"u8).GetBoolean(),
            ThoughtOpenedBy = body.TryGetProperty("thought_opened_by"u8, out var opened) ? opened.GetString()! : "",
            CompletionTokens = body.TryGetProperty("completion_tokens"u8, out var tokens) ? tokens.GetInt32() : 0,
            ThoughtTokens = body.TryGetProperty("thought_tokens"u8, out var thought) ? thought.GetInt32() : null,
        };
        return (messages is null ? sample : sample with { Messages = messages }, ReadVerdict(body.GetProperty("verdict"u8)));
    }

    /// <summary>A verdict's object, read back.</summary>
    public static Verdict ReadVerdict(JsonElement verdict) =>
        Verdict.Of(Outcomes[verdict.GetProperty("outcome"u8).GetString()!], verdict.GetProperty("value"u8).GetDouble(), verdict.GetProperty("reason"u8).GetString()!) with
        {
            AllStepsRight = verdict.TryGetProperty("all_steps_right"u8, out var right) && right.GetBoolean(),
            Scores = verdict.TryGetProperty("scores"u8, out var scores) ? [.. scores.EnumerateArray().Select(ReadScore)] : [],
            Steps = verdict.TryGetProperty("steps"u8, out var steps) ? [.. steps.EnumerateArray().Select(ReadVerdict)] : [],
        };

    private static Score ReadScore(JsonElement score) => new(
        score.GetProperty("name"u8).GetString()!, score.GetProperty("value"u8).GetDouble(),
        score.TryGetProperty("reason"u8, out var reason) ? reason.GetString()! : "", score.TryGetProperty("evidence"u8, out var evidence) ? evidence.GetString()! : "");

    /// <summary>Level and index of a family's problem; zeros where the id is a name.</summary>
    private static (int Level, long Index) Place(ReadOnlySpan<char> id)
    {
        var dot = id.IndexOf('.');
        return dot > 0 && int.TryParse(id[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var level) && long.TryParse(id[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (level, index) : (0, 0);
    }

    private static void Write(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("outcome"u8, RecipeWriter.Scalar(verdict.Outcome));
        json.WriteNumber("value"u8, verdict.Value);
        json.WriteString("reason"u8, verdict.Reason);
        if (verdict.AllStepsRight) json.WriteBoolean("all_steps_right"u8, true);
        if (verdict.Scores.Count > 0)
        {
            json.WriteStartArray("scores"u8);
            foreach (var score in verdict.Scores)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, score.Name);
                json.WriteNumber("value"u8, score.Value);
                if (score.Reason.Length > 0) json.WriteString("reason"u8, score.Reason);
                if (score.Evidence.Length > 0) json.WriteString("evidence"u8, score.Evidence);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (verdict.Steps.Count > 0)
        {
            json.WriteStartArray("steps"u8);
            foreach (var step in verdict.Steps) Write(json, step);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
