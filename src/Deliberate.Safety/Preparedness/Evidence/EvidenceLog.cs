using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>A log of an evaluation as evidence: its result measured anew from its samples, when it was finished, what is wrong with its bytes.</summary>
/// <param name="Path">Of the log.</param>
/// <param name="Result">Null of a log that was changed.</param>
/// <param name="Finished">As its folder says; of a log without one, when the file was last written.</param>
/// <param name="Damage">What was changed; null where nothing was.</param>
internal sealed record EvidenceLog(string Path, EvaluationResult? Result, DateTimeOffset Finished, string? Damage)
{
    public LogHead? Head => Result?.Head;

    /// <summary>The way of an elicitation that it is of (<see cref="ElicitedWay"/>); empty of an evaluation.</summary>
    public string Way { get; init; } = "";

    /// <summary>In short, for tables: the last two parts of its path.</summary>
    public string Name => System.IO.Path.Combine(System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) ?? ""), System.IO.Path.GetFileName(Path));
}

/// <summary>Everything that was named as evidence.</summary>
/// <param name="Logs">Of evaluations.</param>
/// <param name="Signed">Approvals, precautionary classifications, figures from outside.</param>
/// <param name="Validations">Of judges.</param>
internal sealed record GateEvidence(IReadOnlyList<EvidenceLog> Logs, IReadOnlyList<SignedRecord> Signed, IReadOnlyList<ValidationFile> Validations)
{
    /// <summary>Gaps of elicitation, and which weights came of training which on a task.</summary>
    public IReadOnlyList<ElicitationRecord> Elicitations { get; init; } = [];

    /// <summary>The logs of evaluations alone, asked as their tasks ask: what a card shows.</summary>
    public IEnumerable<EvidenceLog> Evaluations => Logs.Where(l => l.Way.Length == 0);

    /// <summary>Whether weights are those of the model after training on the task.</summary>
    public bool IsTrainedFrom(string model, PolicyMeasure measure, string weights) => Elicitations.Any(e => e.Model == model && e.Task == measure.Task && e.TaskVersion == measure.TaskVersion && e.Training?.Model == weights);

    /// <summary>What folders hold, those below them included: evaluations, signed records, validations of judges. A file may be named by itself.</summary>
    /// <param name="paths">Folders and files.</param>
    /// <param name="results">A folder of the gate's own results, where approvals lie: it need hold nothing.</param>
    /// <exception cref="UserError">A folder is not there, or holds nothing of the kind.</exception>
    public static GateEvidence Read(IEnumerable<string> paths, string? results = null)
    {
        var logs = new List<EvidenceLog>();
        var signed = new List<SignedRecord>();
        var validations = new List<ValidationFile>();
        var elicitations = new List<ElicitationRecord>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in results is not null && Directory.Exists(results) ? paths.Append(results) : paths)
        {
            var before = seen.Count;
            if (!Directory.Exists(path) && !File.Exists(path)) throw new UserError("There is no such file or folder.", path, field: "--evidence", advice: "Name folders that deliberate eval wrote.");
            foreach (var file in Files(path).Where(f => seen.Add(System.IO.Path.GetFullPath(f))))
            {
                if (file.EndsWith(SignedRecord.Extension, StringComparison.Ordinal)) signed.Add(SignedRecord.Read(file));
                else if (file.EndsWith(ValidationExtension, StringComparison.Ordinal)) validations.Add(ValidationFile.Read(file));
                else if (System.IO.Path.GetFileName(file) == ElicitationRecord.FileName)
                {
                    var record = ElicitationRecord.Read(file);
                    elicitations.Add(record);
                    // Every way: what the model's own weights did speaks for them beside what training made of them.
                    var kept = record.Ways.Where(w => w.Log.Length > 0 && (w.Way != TaskTraining.Way || record.Training is not null));
                    logs.AddRange(kept.Select(w => OfKept(System.IO.Path.Combine(record.Folder, w.Log), w.LogHash) with { Way = w.Way }));
                }
                else if (System.IO.Path.GetFileName(file) == EvaluationFolder.FileName) logs.AddRange(OfFolder(System.IO.Path.GetDirectoryName(file)!, seen));
                else if (!Directory.Exists(path)) logs.Add(OfLog(file, null, null));
                else seen.Remove(System.IO.Path.GetFullPath(file));
            }

            if (seen.Count == before && Directory.Exists(path) && path != results)
                throw new UserError("The folder holds no evidence: no evaluation, no signed record, no validation of a judge.", path, field: "--evidence", advice: "deliberate eval TASK --model MODEL --out FOLDER writes one.");
        }

        return new GateEvidence(logs, signed, validations) { Elicitations = elicitations };
    }

    /// <summary>How files of <c>judge validate --output</c> are called here.</summary>
    public const string ValidationExtension = ".validation.json";

    private static IEnumerable<string> Files(string path) => File.Exists(path) ? [path] :
        Directory.EnumerateFiles(path, "*.json", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 }).Order(StringComparer.Ordinal);

    private static IEnumerable<EvidenceLog> OfFolder(string folder, HashSet<string> seen)
    {
        var finished = EvaluationFolder.ReadFinished(folder);
        foreach (var (_, _, log, hash) in EvaluationFolder.ReadLogs(folder))
        {
            if (!File.Exists(log))
            {
                // A result whose log is gone rests on nothing.
                if (hash is not null) yield return new EvidenceLog(log, null, default, $"{log}: the log is gone that a result was made from.");
                continue;
            }

            seen.Add(System.IO.Path.GetFullPath(log));
            yield return OfLog(log, hash, finished.TryGetValue(System.IO.Path.GetFileName(log), out var time) ? time : null);
        }
    }

    private static EvidenceLog OfKept(string log, string hash) => File.Exists(log) ? OfLog(log, hash, null) : new EvidenceLog(log, null, default, $"{log}: the log is gone that an elicitation was made from.");

    private static EvidenceLog OfLog(string log, string? hash, DateTimeOffset? finished)
    {
        var time = finished ?? new DateTimeOffset(File.GetLastWriteTimeUtc(log), TimeSpan.Zero);
        var results = new List<EvaluationResult>();
        if (LoggedResults.Read(log, results) is { } damage) return new EvidenceLog(log, null, time, damage);
        if (hash is not null && hash != results[0].LogHash) return new EvidenceLog(log, null, time, $"{log}: this is not the log that the result was made from: its hash is {results[0].LogHash}, not {hash}.");
        return new EvidenceLog(log, results[0], time, null);
    }
}
