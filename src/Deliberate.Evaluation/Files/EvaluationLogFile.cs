using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// An evaluation's log for reading: its head, any sample by its id without reading the others, all samples in the order of the log.
/// Of several records of one id the last counts. It may be open while the evaluation runs.
/// </summary>
internal sealed class EvaluationLogFile : IDisposable
{
    private readonly LogReader _log;

    private EvaluationLogFile(string path, LogReader log) => (Path, _log, Head) = (path, log, LogHead.Read(log.Read(0), path));

    public string Path { get; }

    public LogHead Head { get; }

    /// <summary>SHA-256 of the last record.</summary>
    public string Hash => _log.Hash;

    /// <summary>Records, the head and the result among them.</summary>
    public int Records => _log.Count;

    /// <exception cref="UserError">There is none, it is damaged, or of something else.</exception>
    public static EvaluationLogFile Open(string path)
    {
        var log = LogReader.Open(path);
        try
        {
            return new EvaluationLogFile(path, log);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>The last result; null while there is none.</summary>
    public JsonElement? Result()
    {
        for (var i = _log.Count - 1; i > 0; i--)
        {
            var record = _log.Read(i);
            if (record.Kind == SampleLog.ResultKind) return record.Body;
            // Results stand at the end, behind what was asked again.
            if (record.Kind == SampleLog.SampleKind) break;
        }

        return null;
    }

    public EvaluatedSample? Find(string id) => _log.Find(id) is [.., var last] ? Read(last) : null;

    /// <summary>A record by its number: null where it is none of a sample, or of one that was asked again later.</summary>
    public EvaluatedSample? At(int number)
    {
        var record = _log.Read(number);
        return record.Kind == SampleLog.SampleKind ? Read(record) : null;
    }

    /// <summary>Each sample once, as it was last.</summary>
    public IEnumerable<EvaluatedSample> Samples()
    {
        var last = Last();
        for (var i = 1; i < _log.Count; i++)
        {
            var record = _log.Read(i);
            if (record.Kind == SampleLog.SampleKind && last[record.Id!] == i) yield return Read(record);
        }
    }

    public void Dispose() => _log.Dispose();

    public static EvaluatedSample Read(LogRecord record)
    {
        var body = record.Body;
        var messages = body.TryGetProperty("messages"u8, out var asked) ? MessageJson.Read(asked) : null;
        var (sample, verdict) = SampleLog.Read(body, messages, body.TryGetProperty("state"u8, out var state) ? state.GetString()! : "");
        return new EvaluatedSample(sample, verdict)
        {
            Cluster = body.TryGetProperty("cluster"u8, out var cluster) ? cluster.GetString()! : sample.Problem.Id,
            Tags = body.TryGetProperty("tags"u8, out var tags) ? tags.EnumerateObject().ToDictionary(t => t.Name, t => t.Value.GetString()!, StringComparer.Ordinal) : EvaluatedSample.NoTags,
            FinishReason = body.TryGetProperty("finish_reason"u8, out var finish) ? finish.GetString()! : "",
            ReportedModel = body.TryGetProperty("model"u8, out var model) ? model.GetString()! : "",
            Usage = body.TryGetProperty("usage"u8, out var usage) ? ReadUsage(usage) : default,
            Timing = body.TryGetProperty("timing"u8, out var timing) ? new SampleTiming(timing.GetProperty("model_s"u8).GetDouble(), timing.GetProperty("scorer_s"u8).GetDouble()) : default,
        };
    }

    private static ModelUsage ReadUsage(JsonElement usage) => new(
        usage.GetProperty("calls"u8).GetInt32(), usage.GetProperty("input"u8).GetInt64(), usage.GetProperty("cached"u8).GetInt64(), usage.GetProperty("output"u8).GetInt64(),
        usage.GetProperty("reasoning"u8).GetInt64(), usage.GetProperty("cost"u8).GetDouble(), usage.GetProperty("from_cache"u8).GetInt32());

    /// <summary>The last record of each id.</summary>
    private Dictionary<string, int> Last()
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 1; i < _log.Count; i++)
        {
            if (_log.IdAt(i) is { } id) last[id] = i;
        }

        return last;
    }
}
