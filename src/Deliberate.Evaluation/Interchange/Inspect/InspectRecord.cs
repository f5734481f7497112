using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>The parts of Inspect's <c>EvalLog</c> made from a log of ours, field by field as its schema has them, those with a default too.</summary>
internal static class InspectRecord
{
    public static void WriteEval(Utf8JsonWriter json, LoggedEvaluation log)
    {
        json.WriteStartObject("eval"u8);
        json.WriteString("eval_id"u8, Id(log, "eval"));
        json.WriteString("run_id"u8, Id(log, "run"));
        // No time stands in a log: the file's own is the nearest there is.
        json.WriteString("created"u8, File.GetLastWriteTimeUtc(log.Path).ToString("yyyy-MM-ddTHH:mm:ss+00:00", CultureInfo.InvariantCulture));
        json.WriteString("task"u8, log.Task);
        json.WriteString("task_id"u8, Id(log, "task"));
        json.WriteNumber("task_version"u8, log.TaskVersion);
        json.WriteString("task_display_name"u8, log.Title);
        Empty(json, "task_attribs", "task_args", "task_args_passed");
        json.WriteStartObject("dataset"u8);
        json.WriteString("name"u8, log.Head.Inner("data")?.TextOrNull("name") ?? log.Task);
        var items = Enumerable.Range(0, log.Table.Count).Select(i => log.Table[i].Item).Distinct().ToArray();
        json.WriteNumber("samples"u8, items.Length);
        json.WriteStartArray("sample_ids"u8);
        foreach (var item in items) json.WriteStringValue(Short(item));
        json.WriteEndArray();
        json.WriteBoolean("shuffled"u8, false);
        json.WriteEndObject();
        json.WriteString("model"u8, log.Model.Length > 0 ? log.Model : "none");
        WriteConfig(json, "model_generate_config", log);
        Empty(json, "model_args");
        json.WriteStartObject("config"u8);
        json.WriteNumber("epochs"u8, Math.Max(1, log.Settings.Whole("epochs")));
        json.WriteBoolean("fail_on_error"u8, false);
        json.WriteEndObject();
        json.WriteStartObject("packages"u8);
        json.WriteString("deliberate"u8, typeof(InspectRecord).Assembly.GetName().Version?.ToString(3) ?? "0");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WritePlan(Utf8JsonWriter json, LoggedEvaluation log)
    {
        json.WriteStartObject("plan"u8);
        json.WriteString("name"u8, "plan");
        json.WriteStartArray("steps"u8);
        json.WriteStartObject();
        json.WriteString("solver"u8, log.Head.Inner("task")?.TextOrNull("solver") ?? "generate");
        Empty(json, "params", "params_passed");
        json.WriteEndObject();
        json.WriteEndArray();
        WriteConfig(json, "config", log);
        json.WriteEndObject();
    }

    public static void WriteResults(Utf8JsonWriter json, LoggedEvaluation log)
    {
        var scored = Enumerable.Range(0, log.Table.Count).Count(i => log.Table[i].Outcome is SampleOutcome.Pass or SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored);
        var failed = Enumerable.Range(0, log.Table.Count).Count(i => log.Table[i].Outcome == SampleOutcome.HarnessError);
        json.WriteStartObject("results"u8);
        json.WriteNumber("total_samples"u8, log.Table.Count);
        json.WriteNumber("completed_samples"u8, log.Table.Count - failed);
        json.WriteStartArray("scores"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, Scorer(log));
        json.WriteString("scorer"u8, Scorer(log));
        json.WriteNumber("scored_samples"u8, scored);
        json.WriteNumber("unscored_samples"u8, log.Table.Count - scored);
        Empty(json, "params");
        json.WriteStartObject("metrics"u8);
        foreach (var measure in log.Measures)
        {
            var name = measure.Slice.Length == 0 ? measure.Name : $"{measure.Name}[{measure.Slice}]";
            Metric(json, name, measure.Value);
            if (!measure.HasInterval) continue;
            Metric(json, name + "_low", measure.Low);
            Metric(json, name + "_high", measure.High);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        if (log.Measures.Count > 0)
        {
            json.WriteStartObject("headline"u8);
            json.WriteString("scorer"u8, Scorer(log));
            json.WriteString("score"u8, Scorer(log));
            json.WriteString("metric"u8, log.Measures[0].Name);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void WriteStats(Utf8JsonWriter json, LoggedEvaluation log)
    {
        json.WriteStartObject("stats"u8);
        json.WriteString("started_at"u8, "");
        json.WriteString("completed_at"u8, "");
        Empty(json, "model_usage", "role_usage");
        json.WriteStartArray("connection_limit_history"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteSample(Utf8JsonWriter json, LoggedEvaluation log, LoggedSample sample)
    {
        json.WriteStartObject();
        WriteAsked(json, sample);
        json.WriteStartArray("messages"u8);
        foreach (var message in sample.Messages) WriteMessage(json, message);
        WriteAnswer(json, log, sample);
        json.WriteEndArray();
        json.WriteStartObject("output"u8);
        json.WriteString("model"u8, log.Model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WritePropertyName("message"u8);
        WriteAnswer(json, log, sample);
        json.WriteString("stop_reason"u8, sample.FinishReason switch { "length" => "max_tokens", "stop" or "content_filter" or "tool_calls" => sample.FinishReason, _ => sample.Truncated ? "max_tokens" : "stop" });
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("completion"u8, sample.Reply);
        if (sample.OutputTokens > 0) WriteUsage(json, "usage", sample);
        json.WriteEndObject();
        WriteScores(json, log, sample);
        WriteMetadata(json, sample);
        Empty(json, "store");
        json.WriteStartArray("events"u8);
        json.WriteEndArray();
        json.WriteStartObject("model_usage"u8);
        if (sample.OutputTokens > 0) WriteUsage(json, log.Model, sample);
        json.WriteEndObject();
        Empty(json, "role_usage");
        if (sample.ModelSeconds > 0)
        {
            json.WriteNumber("total_time"u8, sample.ModelSeconds);
            json.WriteNumber("working_time"u8, sample.ModelSeconds);
        }

        if (sample.Verdict.Outcome == SampleOutcome.HarnessError)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, sample.Verdict.Reason);
            json.WriteString("traceback"u8, "");
            json.WriteString("traceback_ansi"u8, "");
            json.WriteEndObject();
        }

        if (sample.Verdict.Outcome == SampleOutcome.CutWhileThinking)
        {
            json.WriteStartObject("limit"u8);
            json.WriteString("type"u8, "token");
            json.WriteNumber("limit"u8, log.Settings.Whole("max_tokens"));
            json.WriteEndObject();
        }

        Empty(json, "attachments");
        json.WriteEndObject();
    }

    /// <param name="raw">As Inspect wrote the sample; null of one that is ours.</param>
    public static void WriteSummary(Utf8JsonWriter json, LoggedEvaluation log, LoggedSample sample, JsonElement? raw)
    {
        json.WriteStartObject();
        if (raw is { } imported)
        {
            foreach (var name in (ReadOnlySpan<string>)["id", "epoch", "input", "choices", "target", "metadata", "scores", "model_usage", "role_usage", "started_at", "completed_at", "total_time", "working_time", "uuid", "turn_count"])
                if (imported.TryGetProperty(name, out var value)) PythonNumbers.Copy(json, name, value);
            if (imported.Inner("error") is { } error) json.WriteString("error"u8, error.Text("message"));
            if (imported.Inner("limit") is { } limit) json.WriteString("limit"u8, limit.Text("type"));
            json.WriteBoolean("completed"u8, imported.Inner("error") is null);
            json.WriteNumber("message_count"u8, imported.Items("messages").Count());
        }
        else
        {
            WriteAsked(json, sample);
            WriteMetadata(json, sample);
            WriteScores(json, log, sample);
            Empty(json, "model_usage", "role_usage");
            if (sample.Verdict.Outcome == SampleOutcome.HarnessError) json.WriteString("error"u8, sample.Verdict.Reason);
            json.WriteBoolean("completed"u8, sample.Verdict.Outcome != SampleOutcome.HarnessError);
            json.WriteNumber("message_count"u8, sample.Messages.Count + 1);
        }

        json.WriteEndObject();
    }

    /// <summary>As Inspect calls the sample.</summary>
    public static string IdOf(LoggedEvaluation log, LoggedSample sample, JsonElement? raw) => raw is { } imported ? imported.Text("id") : Short(sample.Item);

    private static void WriteAsked(Utf8JsonWriter json, LoggedSample sample)
    {
        json.WriteString("id"u8, Short(sample.Item));
        json.WriteNumber("epoch"u8, sample.Epoch + 1);
        if (sample.Messages is [{ Role: "user" } only])
        {
            json.WriteString("input"u8, only.Content);
        }
        else
        {
            json.WriteStartArray("input"u8);
            foreach (var message in sample.Messages) WriteMessage(json, message);
            json.WriteEndArray();
        }

        if (sample.Choices.Count > 0)
        {
            json.WriteStartArray("choices"u8);
            foreach (var choice in sample.Choices) json.WriteStringValue(choice);
            json.WriteEndArray();
        }

        json.WriteString("target"u8, sample.Reference);
    }

    private static void WriteMessage(Utf8JsonWriter json, LoggedMessage message)
    {
        json.WriteStartObject();
        var role = message.Role switch { "developer" => "system", "system" or "assistant" or "tool" => message.Role, _ => "user" };
        WriteContent(json, message.Thought, message.Calls.Length == 0 ? message.Content : $"{message.Content}\n{message.Calls}");
        json.WriteString("role"u8, role);
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, LoggedEvaluation log, LoggedSample sample)
    {
        json.WriteStartObject();
        WriteContent(json, sample.Thought, sample.Reply);
        json.WriteString("source"u8, "generate");
        json.WriteString("role"u8, "assistant");
        json.WriteString("model"u8, log.Model);
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string? thought, string text)
    {
        if (thought is null)
        {
            json.WriteString("content"u8, text);
            return;
        }

        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "reasoning");
        json.WriteString("reasoning"u8, thought);
        json.WriteBoolean("redacted"u8, false);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type"u8, "text");
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>Outcomes that say nothing of the model have no grade, as Inspect has it; what was cut or cannot be read is not right.</summary>
    private static void WriteScores(Utf8JsonWriter json, LoggedEvaluation log, LoggedSample sample)
    {
        json.WriteStartObject("scores"u8);
        var verdict = sample.Verdict;
        if (verdict.Outcome != SampleOutcome.HarnessError)
        {
            json.WriteStartObject(Scorer(log));
            if (!verdict.IsJudged || verdict.Outcome is SampleOutcome.JudgeRefused or SampleOutcome.ProviderBlocked) PythonNumbers.Write(json, "value", double.NaN);
            else if (verdict.Value is 0 or 1 || verdict.IsRight) json.WriteString("value"u8, verdict.IsRight ? "C" : "I");
            else json.WriteNumber("value"u8, verdict.Value);
            if (sample.Answer is not null) json.WriteString("answer"u8, sample.Answer);
            json.WriteString("explanation"u8, verdict.Reason);
            if (Reason(verdict.Outcome) is { } reason) json.WriteString("reason"u8, reason);
            History(json);
            json.WriteEndObject();
            foreach (var score in verdict.Scores.DistinctBy(s => s.Name, StringComparer.Ordinal))
            {
                if (score.Name == Scorer(log)) continue;
                json.WriteStartObject(score.Name);
                json.WriteNumber("value"u8, score.Value);
                if (score.Evidence.Length > 0) json.WriteString("answer"u8, score.Evidence);
                if (score.Reason.Length > 0) json.WriteString("explanation"u8, score.Reason);
                History(json);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();

        static void History(Utf8JsonWriter json)
        {
            json.WriteStartArray("history"u8);
            json.WriteEndArray();
        }
    }

    private static string? Reason(SampleOutcome outcome) => outcome switch
    {
        SampleOutcome.Unscored => "invalid_response_format",
        SampleOutcome.CutWhileThinking or SampleOutcome.ProviderBlocked => "no_response",
        SampleOutcome.JudgeRefused or SampleOutcome.JudgeError => "grader_failed",
        _ => null,
    };

    private static void WriteMetadata(Utf8JsonWriter json, LoggedSample sample)
    {
        json.WriteStartObject("metadata"u8);
        foreach (var (name, value) in sample.Tags)
            if (name != InspectExport.Ours) json.WriteString(name, value);
        json.WriteStartObject(InspectExport.Ours);
        json.WriteString("outcome"u8, RecipeWriter.Scalar(sample.Verdict.Outcome));
        json.WriteNumber("value"u8, sample.Verdict.Value);
        json.WriteString("reason"u8, sample.Verdict.Reason);
        json.WriteString("cluster"u8, sample.Cluster);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, string name, LoggedSample sample)
    {
        json.WriteStartObject(name);
        json.WriteNumber("input_tokens"u8, sample.InputTokens);
        json.WriteNumber("output_tokens"u8, sample.OutputTokens);
        json.WriteNumber("total_tokens"u8, sample.InputTokens + sample.OutputTokens);
        if (sample.ThoughtTokens is { } thought) json.WriteNumber("reasoning_tokens"u8, thought);
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json, string name, LoggedEvaluation log)
    {
        json.WriteStartObject(name);
        var settings = log.Settings;
        if (settings.Whole("max_tokens") is > 0 and var budget) json.WriteNumber("max_tokens"u8, budget);
        if (settings.Number("temperature", double.NaN) is var temperature && double.IsFinite(temperature)) json.WriteNumber("temperature"u8, temperature);
        json.WriteEndObject();
    }

    private static void Metric(Utf8JsonWriter json, string name, double value)
    {
        json.WriteStartObject(name);
        json.WriteString("name"u8, name);
        PythonNumbers.Write(json, "value", value);
        Empty(json, "params");
        json.WriteEndObject();
    }

    private static void Empty(Utf8JsonWriter json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            json.WriteStartObject(name);
            json.WriteEndObject();
        }
    }

    /// <summary>The grade that decides.</summary>
    private static string Scorer(LoggedEvaluation log) => log.Head.Inner("task")?.TextOrNull("scorer") ?? "verdict";

    /// <summary>The item without its task, which stands in the header.</summary>
    private static string Short(string item) => item.IndexOf('/', item.IndexOf('@') + 1) is >= 0 and var cut ? item[(cut + 1)..] : item;

    /// <summary>The same for the same log: 22 letters, as Inspect's are.</summary>
    private static string Id(LoggedEvaluation log, string what) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{what} {log.Hash}"))).Replace('+', 'a').Replace('/', 'b')[..22];
}
