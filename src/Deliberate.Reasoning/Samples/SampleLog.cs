using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Samples and their verdicts in a log (format 1): the head says what was asked, then a record a sample under the sample's own id,
/// then the result. Numbers are written with the shortest digits that read back to the same ones.
/// </summary>
internal static class SampleLog
{
    public const string SampleKind = "sample", ResultKind = "result";

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

    private static void Write(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("outcome"u8, RecipeWriter.Scalar(verdict.Outcome));
        json.WriteNumber("value"u8, verdict.Value);
        json.WriteString("reason"u8, verdict.Reason);
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
