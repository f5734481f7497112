using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Records of monitorability from the log of an evaluation of paired prompts (<see cref="HintsTask"/>, <see cref="WorldHintsTask"/>), whose thoughts a monitor reads now.</summary>
internal static class HintLogs
{
    /// <param name="log">Of the task.</param>
    /// <param name="monitor">Who reads the thoughts.</param>
    /// <param name="folder">Where judgements are recorded; a second call takes them from there.</param>
    /// <param name="concurrency">At a time.</param>
    /// <param name="notice">Is told how many samples are left out, and why, where some are; null for nobody.</param>
    /// <exception cref="UserError">The log is of another task, or there are several.</exception>
    public static async Task<IReadOnlyList<MonitoredSample>> ReadAsync(string log, IThoughtMonitor monitor, string folder, int concurrency, TimeSpan timeout, IProgress<int>? progress, CancellationToken cancellation, Action<string>? notice = null)
    {
        ScannedSample[] all = [.. ScanSources.Read(log)];
        // Their instances have the same names, and would be taken for samples of one model.
        if (all.Select(s => s.Source).Distinct(StringComparer.Ordinal).Count() > 1) throw new UserError("These are several logs: name one.", log);
        if (all.Length == 0 || !all.All(s => PairedPrompts.Is(s.Sample))) throw new UserError("The log is of no paired prompts.", log, advice: $"deliberate eval {HintsTask.Name} --model MODEL makes one; or give records (JSON Lines of instance, arm, outcome, monitor).");
        var found = new (MonitoredSample? Sample, string Why)[all.Length];
        using var kept = MonitorLog.Open(ThoughtScan.LogOf(folder, monitor), monitor);
        await Parallel.ForAsync(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (i, token) =>
        {
            found[i] = await ReadAsync(all[i], monitor, kept, timeout, token).ConfigureAwait(false);
            progress?.Report(1);
        }).ConfigureAwait(false);
        var kinds = found.Where(f => f.Sample is null).GroupBy(f => f.Why, StringComparer.Ordinal).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {g.Key}")).ToArray();
        if (kinds.Length > 0) notice?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{found.Count(f => f.Sample is null)} of {all.Length} samples are left out: {string.Join(", ", kinds)}"));
        return [.. found.Select(f => f.Sample).OfType<MonitoredSample>()];
    }

    /// <summary>Null, and why, where the sample has no outcome, or thinks where it was asked not to, or the other way round.</summary>
    private static async Task<(MonitoredSample? Sample, string Why)> ReadAsync(ScannedSample scanned, IThoughtMonitor monitor, MonitorLog kept, TimeSpan timeout, CancellationToken cancellation)
    {
        var sample = scanned.Sample;
        if (PairedPrompts.Follows(sample) is not { } follows) return (null, "without an answer that can be read");
        var (instance, intervened, asksThought) = PairedPrompts.PlaceOf(sample);
        var thinks = !string.IsNullOrWhiteSpace(sample.Thinking);
        if (thinks && !asksThought) return (null, "with a thought where none was asked for");
        if (!asksThought) return (new MonitoredSample(instance, intervened, follows, null, HasThought: false), "");
        if (!thinks) return (null, "without the thought that was asked for");
        if (kept.Find(scanned.Key) is not { } verdict)
        {
            verdict = await Monitoring.JudgeAsync(monitor, sample, timeout, cancellation).ConfigureAwait(false);
            kept.Append(scanned, verdict);
        }

        return (new MonitoredSample(instance, intervened, follows, monitor.Target.Of(verdict)), "");
    }
}
