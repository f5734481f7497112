using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// What one monitor said of stored samples: a log of samples (format 1) like an evaluation's, so that the viewer, <c>log show</c> and every
/// export read it. A judgement is in it before it counts; a scan that is begun again takes those that are there and asks for the others.
/// </summary>
internal sealed class MonitorLog : IDisposable
{
    private const string Command = "monitor", IdentityField = "identity";

    private readonly LogWriter _log;
    private readonly Dictionary<string, Verdict> _known = new(StringComparer.Ordinal);
    private bool _isFinished;

    private MonitorLog(string path, LogWriter log) => (Path, _log) = (path, log);

    public string Path { get; }

    public string Hash => _log.Hash;

    /// <summary>Begins a log, or goes on with one of the same monitor.</summary>
    /// <exception cref="UserError">It is of another monitor, or no such log.</exception>
    public static MonitorLog Open(string path, IThoughtMonitor monitor)
    {
        if (!File.Exists(path))
        {
            return new MonitorLog(path, SampleLog.Begin(path, Command, json =>
            {
                json.WriteString("task"u8, $"thoughts, by {monitor.Name}");
                json.WriteString(IdentityField, monitor.Identity);
            }));
        }

        var log = new MonitorLog(path, LogWriter.Continue(path));
        try
        {
            using var before = LogReader.Open(path);
            var settings = before.Read(0).Body.TryGetProperty("settings"u8, out var found) ? found : default;
            var identity = settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(IdentityField, out var said) ? said.GetString() : null;
            if (identity != monitor.Identity) throw new UserError($"The log is of another monitor ({identity ?? "none"}) than this one ({monitor.Identity}).", path, advice: "Name another folder with --out: another model, rubric or weights is another monitor.");
            foreach (var record in before.Records().Skip(1))
            {
                log._isFinished = record.Kind == SampleLog.ResultKind;
                if (record.Kind == SampleLog.SampleKind) log._known[ScannedSample.KeyOf(record.Id!, record.Body.GetProperty("completion"u8).GetString() ?? "")] = SampleLog.ReadVerdict(record.Body.GetProperty("verdict"u8));
            }

            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Whether a log is one of a monitor's.</summary>
    public static bool Is(string path)
    {
        using var log = LogReader.Open(path);
        return log.Read(0).Body.TryGetProperty("command"u8, out var command) && command.ValueEquals(Command);
    }

    /// <summary>What was said of a sample before; null where it was not asked about, or the monitor failed.</summary>
    public Verdict? Find(string key)
    {
        lock (_known) return _known.TryGetValue(key, out var verdict) && verdict.Outcome is not (SampleOutcome.JudgeError or SampleOutcome.HarnessError) ? verdict : null;
    }

    public void Append(ScannedSample scanned, Verdict verdict)
    {
        _log.Append(SampleLog.SampleKind, scanned.Key, json =>
        {
            SampleLog.WriteBody(json, scanned.Sample, verdict);
            json.WritePropertyName("messages"u8);
            MessageJson.Write(json, scanned.Sample.Messages);
            json.WriteString("state"u8, scanned.Sample.Problem.State);
            json.WriteString("cluster"u8, scanned.Cluster);
            json.WriteStartObject("tags"u8);
            json.WriteString("group"u8, scanned.Group);
            json.WriteEndObject();
        });
        lock (_known)
        {
            _known[scanned.Key] = verdict;
            _isFinished = false;
        }
    }

    /// <summary>The last record, unless it is there and nothing came behind it.</summary>
    public void Finish(IEnumerable<NamedEstimate> measures)
    {
        if (_isFinished) return;
        SampleLog.Finish(_log, measures);
        _isFinished = true;
    }

    public void Dispose() => _log.Dispose();
}
