using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// The log of a task on a model (format 1, docs/log-format.md): the head says what was asked of whom, then a record a sample under
/// <c>task@version/item/epoch</c>, then the result. Of several samples of one id the last counts.
/// </summary>
internal sealed class EvaluationLog(LogWriter log) : IDisposable
{
    public const string Command = "eval";

    public string Hash => log.Hash;

    public static EvaluationLog Create(string path, LogHead head) => new(LogWriter.Create(path, head.Write));

    public void Append(EvaluatedSample sample) => log.Append(SampleLog.SampleKind, sample.Sample.Id, json =>
    {
        SampleLog.WriteBody(json, sample.Sample, sample.Verdict);
        json.WriteStartArray("messages"u8);
        foreach (var message in sample.Sample.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role);
            json.WriteString("content"u8, message.Content);
            if (message.Thinking is { } thought) json.WriteString("reasoning"u8, thought);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("state"u8, sample.Sample.Problem.State);
        json.WriteString("cluster"u8, sample.Cluster);
        if (sample.Tags.Count > 0)
        {
            json.WriteStartObject("tags"u8);
            foreach (var (name, value) in sample.Tags) json.WriteString(name, value);
            json.WriteEndObject();
        }

        if (sample.FinishReason.Length > 0) json.WriteString("finish_reason"u8, sample.FinishReason);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("calls"u8, sample.Usage.Calls);
        json.WriteNumber("input"u8, sample.Usage.InputTokens);
        json.WriteNumber("cached"u8, sample.Usage.CachedTokens);
        json.WriteNumber("output"u8, sample.Usage.OutputTokens);
        json.WriteNumber("reasoning"u8, sample.Usage.ReasoningTokens);
        json.WriteNumber("cost"u8, sample.Usage.Cost);
        json.WriteNumber("from_cache"u8, sample.Usage.FromCache);
        json.WriteEndObject();
        json.WriteStartObject("timing"u8);
        json.WriteNumber("model_s"u8, Math.Round(sample.Timing.ModelSeconds, 6));
        json.WriteNumber("scorer_s"u8, Math.Round(sample.Timing.ScorerSeconds, 6));
        json.WriteEndObject();
    });

    /// <summary>The last record.</summary>
    public void Finish(EvaluationResult result) => log.Append(SampleLog.ResultKind, null, json => ResultJson.Write(json, result));

    public void Dispose() => log.Dispose();
}
