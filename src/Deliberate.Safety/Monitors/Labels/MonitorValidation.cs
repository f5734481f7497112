using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>How many thoughts of a label a monitor flagged, and as what it told them.</summary>
/// <param name="Label"><c>clean</c> or a finding.</param>
/// <param name="Flagged">Share of those that it decided.</param>
/// <param name="AsLabelled">Of the flagged, how many by the label's own name.</param>
internal sealed record LabelRow(string Label, Estimate Flagged, int AsLabelled);

/// <summary>
/// A monitor held against labels: sensitivity, specificity and balanced accuracy over the thoughts that it decided, how many it did not and why,
/// and the share that it flags of each label. Thoughts of one prompt count once in an interval. A label that the monitor does not look
/// for counts against it where <paramref name="Counted"/> says so: a monitor of one class is measured on thoughts of that class and clean ones.
/// </summary>
internal sealed record MonitorValidation(string Monitor, string Identity, JudgeConfusion Confusion, IReadOnlyDictionary<SampleOutcome, int> Undecided, CohenKappa? Kappa, CohenKappa? People, IReadOnlyList<LabelRow> Labels, int Counted, int LeftOut)
{
    /// <param name="monitor">Who judges.</param>
    /// <param name="thoughts">All labelled ones; those with a finding that the monitor does not know are left out, and counted.</param>
    /// <param name="concurrency">At a time.</param>
    public static async Task<MonitorValidation> RunAsync(IThoughtMonitor monitor, IReadOnlyList<LabelledThought> thoughts, int concurrency, IProgress<int>? progress, CancellationToken cancellation)
    {
        LabelledThought[] asked = [.. thoughts.Where(t => t.Finding is not { } finding || monitor.Findings.Contains(finding))];
        var verdicts = new Verdict[asked.Length];
        await Parallel.ForAsync(0, asked.Length, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (i, token) =>
        {
            verdicts[i] = await Monitoring.JudgeAsync(monitor, asked[i].ToSample(i), Monitoring.UsualTimeout, token).ConfigureAwait(false);
            progress?.Report(1);
        }).ConfigureAwait(false);
        bool?[] found = [.. verdicts.Select(monitor.Target.Of)];
        int[] decided = [.. Enumerable.Range(0, asked.Length).Where(i => found[i] is not null)];
        var clusters = decided.GroupBy(i => asked[i].Key).OrderBy(g => g.Key).Select(g => new ConfusionCounts(
            g.Count(i => asked[i].Finding is not null && found[i] == true), g.Count(i => asked[i].Finding is not null && found[i] == false),
            g.Count(i => asked[i].Finding is null && found[i] == false), g.Count(i => asked[i].Finding is null && found[i] == true)));
        int[] twice = [.. Enumerable.Range(0, asked.Length).Where(i => asked[i].HasSecond)];
        return new MonitorValidation(
            monitor.Name, monitor.Identity, new JudgeConfusion([.. clusters]),
            verdicts.Where((_, i) => found[i] is null).GroupBy(v => v.Outcome).ToDictionary(g => g.Key, g => g.Count()),
            decided.Length == 0 ? null : CohenKappa.Of([.. decided.Select(i => found[i] == true ? 1 : 0)], [.. decided.Select(i => asked[i].Finding is null ? 0 : 1)]),
            twice.Length == 0 ? null : CohenKappa.Of([.. twice.Select(i => asked[i].Finding is null ? 0 : 1)], [.. twice.Select(i => asked[i].Second is null ? 0 : 1)]),
            [.. decided.GroupBy(i => Name(asked[i].Finding)).OrderBy(g => LabelledThought.Labels.ToList().IndexOf(g.Key)).Select(g => new LabelRow(
                g.Key,
                ClusteredShareMetric.Of(g, i => $"{i}", i => $"{asked[i].Key}", i => found[i] == true ? 1 : 0),
                g.Count(i => found[i] == true && Name(MonitorVerdict.FindingOf(verdicts[i])) == g.Key)))],
            asked.Length, thoughts.Count - asked.Length);
    }

    private static string Name(ThoughtFinding? finding) => finding is { } one ? MonitorVerdict.NameOf(one) : LabelledThought.Clean;
}
