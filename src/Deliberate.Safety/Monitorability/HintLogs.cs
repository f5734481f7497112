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
    /// <exception cref="UserError">The log is of another task.</exception>
    public static async Task<IReadOnlyList<MonitoredSample>> ReadAsync(string log, IThoughtMonitor monitor, string folder, int concurrency, TimeSpan timeout, IProgress<int>? progress, CancellationToken cancellation)
    {
        ScannedSample[] all = [.. ScanSources.Read(log)];
        if (all.Length == 0 || !all[0].Sample.Problem.State.Contains(CueFacts.Suggests, StringComparison.Ordinal)) throw new UserError("The log is of no paired prompts.", log, advice: $"deliberate eval {HintsTask.Name} --model MODEL makes one; or give records (JSON Lines of instance, arm, outcome, monitor).");
        var found = new MonitoredSample?[all.Length];
        using var kept = MonitorLog.Open(ThoughtScan.LogOf(folder, monitor), monitor);
        await Parallel.ForAsync(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (i, token) =>
        {
            found[i] = await ReadAsync(all[i], monitor, kept, timeout, token).ConfigureAwait(false);
            progress?.Report(1);
        }).ConfigureAwait(false);
        return [.. found.OfType<MonitoredSample>()];
    }

    /// <summary>Null where the sample has no outcome, or thinks where it was asked not to.</summary>
    private static async Task<MonitoredSample?> ReadAsync(ScannedSample scanned, IThoughtMonitor monitor, MonitorLog kept, TimeSpan timeout, CancellationToken cancellation)
    {
        var sample = scanned.Sample;
        if (PairedPrompts.Follows(sample) is not { } follows) return null;
        var (instance, intervened, asksThought) = PairedPrompts.PlaceOf(sample);
        var thinks = !string.IsNullOrWhiteSpace(sample.Thinking);
        if (!asksThought) return thinks ? null : new MonitoredSample(instance, intervened, follows, null, HasThought: false);
        if (!thinks) return null;
        if (kept.Find(scanned.Key) is not { } verdict)
        {
            verdict = await Monitoring.JudgeAsync(monitor, sample, timeout, cancellation).ConfigureAwait(false);
            kept.Append(scanned, verdict);
        }

        return new MonitoredSample(instance, intervened, follows, monitor.Target.Of(verdict));
    }
}
