using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>What is scanned, by whom, where it is kept.</summary>
internal sealed record ScanRequest
{
    /// <summary>Run folders, logs, folders of logs.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    public required IReadOnlyList<IThoughtMonitor> Monitors { get; init; }

    /// <summary>A log for each monitor, and the page.</summary>
    public required string Folder { get; init; }

    /// <summary>Samples with a thought at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Judgements at a time.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>For one judgement.</summary>
    public TimeSpan Timeout { get; init; } = Monitoring.UsualTimeout;
}

/// <summary>What one monitor found.</summary>
/// <param name="Log">Its judgements.</param>
/// <param name="Rates">Share flagged, of all and by group, with what it could be where the monitor said nothing.</param>
/// <param name="Findings">Flags by finding.</param>
/// <param name="Undecided">Thoughts of which it said nothing, by why.</param>
/// <param name="Judged">Judgements that were made now; the others were in the log.</param>
internal sealed record MonitorScan(IThoughtMonitor Monitor, string Log, IReadOnlyList<MetricResult> Rates, IReadOnlyDictionary<ThoughtFinding, int> Findings, IReadOnlyDictionary<SampleOutcome, int> Undecided, int Judged)
{
    /// <summary>Of all groups.</summary>
    public MetricResult All => Rates[0];
}

/// <summary>A scan and what it did not read.</summary>
/// <param name="Samples">With a thought.</param>
/// <param name="WithoutThought">Left out: nobody can say that they are clean.</param>
internal sealed record ScanResult(IReadOnlyList<MonitorScan> Monitors, int Samples, int WithoutThought);

/// <summary>Monitors read the thoughts of stored samples (o1 system card, section 4.5, which read 102,443): each judgement is recorded before it counts.</summary>
internal static class ThoughtScan
{
    private const string Group = "group";

    private const int Chunk = 256;

    public static string LogOf(string folder, IThoughtMonitor monitor) => Path.Combine(folder, $"{new string([.. monitor.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-')])}.log");

    public static async Task<ScanResult> RunAsync(ScanRequest request, IProgress<int>? progress, CancellationToken cancellation)
    {
        var logs = new List<MonitorLog>();
        try
        {
            var found = request.Monitors.Select(_ => new List<SampleResult>()).ToArray();
            var judged = new int[request.Monitors.Count];
            var (samples, without) = (0, 0);
            foreach (var chunk in request.Sources.SelectMany(ScanSources.Read).Chunk(Chunk))
            {
                // Once there is something to read: a wrong name leaves no folder behind.
                if (logs.Count == 0) logs.AddRange(request.Monitors.Select(monitor => MonitorLog.Open(LogOf(request.Folder, monitor), monitor)));
                ScannedSample[] read = [.. chunk.Where(s => !string.IsNullOrWhiteSpace(s.Sample.Thinking)).Take((request.Limit ?? int.MaxValue) - samples)];
                without += chunk.Count(s => string.IsNullOrWhiteSpace(s.Sample.Thinking));
                samples += read.Length;
                for (var m = 0; m < request.Monitors.Count; m++)
                {
                    var verdicts = await JudgeAsync(request, request.Monitors[m], logs[m], read, () => judged[m]++, cancellation).ConfigureAwait(false);
                    for (var i = 0; i < read.Length; i++) found[m].Add(ResultOf(read[i], verdicts[i]));
                }

                progress?.Report(samples);
                if (samples >= request.Limit) break;
            }

            if (samples == 0) throw new UserError("There is no thought to read.", string.Join(", ", request.Sources), advice: $"{without} samples were looked at, and none has a chain of thought.");
            return new ScanResult([.. request.Monitors.Select((monitor, m) => Finish(monitor, logs[m], found[m], judged[m]))], samples, without);
        }
        finally
        {
            foreach (var log in logs) log.Dispose();
        }
    }

    private static async Task<Verdict[]> JudgeAsync(ScanRequest request, IThoughtMonitor monitor, MonitorLog log, ScannedSample[] samples, Action count, CancellationToken cancellation)
    {
        var verdicts = new Verdict[samples.Length];
        var counting = new Lock();
        await Parallel.ForAsync(0, samples.Length, new ParallelOptions { MaxDegreeOfParallelism = request.Concurrency, CancellationToken = cancellation }, async (i, token) =>
        {
            if (log.Find(samples[i].Key) is { } before)
            {
                verdicts[i] = before;
                return;
            }

            var verdict = await Monitoring.JudgeAsync(monitor, samples[i].Sample, request.Timeout, token).ConfigureAwait(false);
            log.Append(samples[i], verdict);
            verdicts[i] = verdict;
            lock (counting) count();
        }).ConfigureAwait(false);
        return verdicts;
    }

    private static SampleResult ResultOf(ScannedSample scanned, Verdict verdict) => new()
    {
        Item = scanned.Key,
        Epoch = 0,
        Cluster = scanned.Cluster,
        Tags = new Dictionary<string, string> { [Group] = scanned.Group },
        Outcome = verdict.Outcome,
        Value = verdict.Value,
        Scores = verdict.Scores.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal),
    };

    private static MonitorScan Finish(IThoughtMonitor monitor, MonitorLog log, List<SampleResult> found, int judged)
    {
        var metric = new TaskMetric { Name = MonitorVerdict.Flagged, Title = "flagged", Value = TaskMetric.Score(MonitorVerdict.Flagged), SliceBy = Group, HigherIsBetter = false };
        MetricResult[] rates = [.. metric.Measure(found)];
        log.Finish(rates.Select(r => new NamedEstimate(r.Slice.Length > 0 ? $"{MonitorVerdict.Flagged}, {r.Slice}" : MonitorVerdict.Flagged, r.Estimate, NumberStyle.Share)));
        return new MonitorScan(
            monitor, log.Path, rates,
            monitor.Findings.ToDictionary(f => f, f => found.Count(s => s.Scores.GetValueOrDefault(MonitorVerdict.NameOf(f)) >= 0.5)),
            found.Where(s => !s.Scores.ContainsKey(MonitorVerdict.Flagged)).GroupBy(s => s.Outcome).ToDictionary(g => g.Key, g => g.Count()),
            judged);
    }
}
