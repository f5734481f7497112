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

    public int Records => log.Count;

    /// <summary>Whether it ends with the result of all its samples.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Begins a log, or goes on with the one that is there.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="head">What is asked of whom.</param>
    /// <param name="finished">The samples that it has, by id: none is to be asked again.</param>
    /// <exception cref="UserError">The log is of another evaluation, damaged, or being written by another process.</exception>
    public static EvaluationLog Open(string path, LogHead head, out Dictionary<string, SampleResult> finished)
    {
        finished = new Dictionary<string, SampleResult>(StringComparer.Ordinal);
        if (!File.Exists(path)) return new EvaluationLog(LogWriter.Create(path, head.Write));
        var log = new EvaluationLog(LogWriter.Continue(path));
        try
        {
            using var before = EvaluationLogFile.Open(path);
            string[] differences = [.. LogHead.Differences(before.Head, head)];
            if (before.Head.Model != head.Model) differences = [.. differences, $"the models are {before.Head.Model.Name} ({before.Head.Model.Kind}) and {head.Model.Name} ({head.Model.Kind})"];
            if (differences.Length > 0) throw new UserError($"The log is of another evaluation: {string.Join("; ", differences)}.", path, advice: "Choose another folder with --out, or ask for what the log is of.");
            log.IsFinished = before.Result() is not null;
            foreach (var sample in before.Samples()) finished[sample.Sample.Id] = sample.ToResult();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    public void Append(EvaluatedSample sample)
    {
        IsFinished = false;
        log.Append(SampleLog.SampleKind, sample.Sample.Id, json => Write(json, sample));
    }

    /// <summary>The last record.</summary>
    public void Finish(EvaluationResult result)
    {
        log.Append(SampleLog.ResultKind, null, json => ResultJson.Write(json, result));
        IsFinished = true;
    }

    public void Dispose() => log.Dispose();

    private static void Write(Utf8JsonWriter json, EvaluatedSample sample)
    {
        SampleLog.WriteBody(json, sample.Sample, sample.Verdict);
        json.WritePropertyName("messages"u8);
        MessageJson.Write(json, sample.Sample.Messages);
        json.WriteString("state"u8, sample.Sample.Problem.State);
        json.WriteString("cluster"u8, sample.Cluster);
        if (sample.Tags.Count > 0)
        {
            json.WriteStartObject("tags"u8);
            foreach (var (name, value) in sample.Tags) json.WriteString(name, value);
            json.WriteEndObject();
        }

        if (sample.FinishReason.Length > 0) json.WriteString("finish_reason"u8, sample.FinishReason);
        if (sample.ReportedModel.Length > 0) json.WriteString("model"u8, sample.ReportedModel);
        json.WritePropertyName("usage"u8);
        ResultJson.Write(json, sample.Usage);
        json.WriteStartObject("timing"u8);
        json.WriteNumber("model_s"u8, Math.Round(sample.Timing.ModelSeconds, 6));
        json.WriteNumber("scorer_s"u8, Math.Round(sample.Timing.ScorerSeconds, 6));
        json.WriteEndObject();
    }
}
