using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A log as the result files of Microsoft.Extensions.AI.Evaluation's disk store, format 1: <c>results/EXECUTION/SCENARIO/ITERATION.json</c>,
/// a file a sample; the execution is the model with the log's hash, the scenario the task and the item, the iteration the epoch. Its
/// report tool (<c>aieval report --path FOLDER</c>) lists executions by the time of their folder and splits scenario names at points.
/// </summary>
internal static class EvaluationStoreExport
{
    private const int FormatVersion = 1, LongestName = 120;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    public static void Write(LoggedEvaluation log, string folder, CancellationToken cancellation = default)
    {
        var execution = Segment($"{log.Model} {log.Hash[..8]}");
        var root = Path.Combine(folder, "results", execution);
        var created = File.GetLastWriteTimeUtc(log.Path);
        // The folder takes its name when it is whole: the tool that reads it stops at half a file.
        AtomicFolder.Commit(root, partial =>
        {
            foreach (var sample in log.Samples())
            {
                cancellation.ThrowIfCancellationRequested();
                var scenario = Segment($"{log.Task}.{sample.Item[(sample.Item.IndexOf('/', StringComparison.Ordinal) + 1)..].Replace('.', '_')}");
                var iteration = (sample.Epoch + 1).ToString(CultureInfo.InvariantCulture);
                Directory.CreateDirectory(Path.Combine(partial, scenario));
                using var stream = new FileStream(Path.Combine(partial, scenario, iteration + ".json"), FileMode.CreateNew);
                using var json = new Utf8JsonWriter(stream, Options);
                json.WriteStartObject();
                json.WriteString("scenarioName"u8, scenario);
                json.WriteString("iterationName"u8, iteration);
                json.WriteString("executionName"u8, execution);
                json.WriteString("creationTime"u8, created);
                Write(json, log, sample);
                json.WriteEndObject();
            }
        });
    }

    private static void Write(Utf8JsonWriter json, LoggedEvaluation log, LoggedSample sample)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in sample.Conversation) WriteMessage(json, message.Role, message.Thinking, message.Content);
        json.WriteEndArray();
        json.WriteStartObject("modelResponse"u8);
        json.WriteStartArray("messages"u8);
        WriteMessage(json, "assistant", sample.Thought, sample.Reply);
        json.WriteEndArray();
        json.WriteString("modelId"u8, log.Model);
        if (sample.OutputTokens > 0) WriteUsage(json, sample);
        json.WriteEndObject();
        json.WriteStartObject("evaluationResult"u8);
        json.WriteStartObject("metrics"u8);
        WriteVerdict(json, sample.Verdict);
        foreach (var score in sample.Verdict.Scores.DistinctBy(s => s.Name, StringComparer.Ordinal)) WriteScore(json, score);
        json.WriteEndObject();
        json.WriteEndObject();
        if (sample.ModelSeconds > 0)
        {
            json.WriteStartObject("chatDetails"u8);
            json.WriteStartArray("turnDetails"u8);
            json.WriteStartObject();
            json.WriteNumber("latency"u8, sample.ModelSeconds);
            json.WriteString("model"u8, log.Model);
            if (sample.OutputTokens > 0) WriteUsage(json, sample);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("tags"u8);
        json.WriteStringValue(log.Task);
        foreach (var (name, value) in sample.Tags) json.WriteStringValue($"{name}: {value}");
        json.WriteEndArray();
        json.WriteNumber("formatVersion"u8, FormatVersion);
    }

    private static void WriteVerdict(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject("verdict"u8);
        // The type is read only where it stands first.
        json.WriteString("$type"u8, "boolean");
        if (verdict.IsReadable) json.WriteBoolean("value"u8, verdict.IsRight);
        json.WriteString("name"u8, "verdict");
        if (verdict.Reason.Length > 0) json.WriteString("reason"u8, verdict.Reason);
        json.WriteStartObject("interpretation"u8);
        json.WriteString("rating"u8, !verdict.IsReadable ? "inconclusive" : verdict.IsRight ? "exceptional" : "unacceptable");
        json.WriteBoolean("failed"u8, !verdict.IsRight);
        if (verdict.Reason.Length > 0) json.WriteString("reason"u8, verdict.Reason);
        json.WriteEndObject();
        if (!verdict.IsReadable)
        {
            json.WriteStartArray("diagnostics"u8);
            json.WriteStartObject();
            json.WriteString("severity"u8, verdict.Outcome is SampleOutcome.Unscored or SampleOutcome.CutWhileThinking ? "warning" : "error");
            json.WriteString("message"u8, $"{RecipeWriter.Scalar(verdict.Outcome)}: {verdict.Reason}");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteScore(Utf8JsonWriter json, Score score)
    {
        if (score.Name == "verdict") return;
        json.WriteStartObject(score.Name);
        json.WriteString("$type"u8, "numeric");
        json.WriteNumber("value"u8, score.Value);
        json.WriteString("name"u8, score.Name);
        if (score.Reason.Length > 0) json.WriteString("reason"u8, score.Reason);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, string role, string? thought, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role.Split(' ')[0]);
        json.WriteStartArray("contents"u8);
        if (thought is not null)
        {
            json.WriteStartObject();
            json.WriteString("$type"u8, "reasoning");
            json.WriteString("text"u8, thought);
            json.WriteEndObject();
        }

        json.WriteStartObject();
        json.WriteString("$type"u8, "text");
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, LoggedSample sample)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("inputTokenCount"u8, sample.InputTokens);
        json.WriteNumber("outputTokenCount"u8, sample.OutputTokens);
        json.WriteNumber("totalTokenCount"u8, sample.InputTokens + sample.OutputTokens);
        json.WriteEndObject();
    }

    /// <summary>A name that is one folder or file: where that changes it, a hash keeps two apart.</summary>
    private static string Segment(string name)
    {
        var safe = string.Concat(name.Trim().Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ' ' ? c : '_')).Trim('.', ' ');
        if (safe == name && safe.Length is > 0 and <= LongestName) return safe;
        return $"{(safe.Length > LongestName ? safe[..LongestName].TrimEnd('.', ' ') : safe)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
    }
}
