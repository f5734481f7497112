using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Several monitors as one: the first that flags a thought decides. A thought is clean where at least one found it so and none flags it.</summary>
internal sealed class AnyMonitor(IReadOnlyList<IThoughtMonitor> monitors) : IThoughtMonitor
{
    public string Name { get; } = string.Join(" or ", monitors.Select(m => m.Name));

    public string Identity { get; } = string.Join("; ", monitors.Select(m => m.Identity));

    public JudgeTarget Target => MonitorVerdict.Target;

    public IReadOnlyList<ThoughtFinding> Findings { get; } = [.. monitors.SelectMany(m => m.Findings).Distinct()];

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        foreach (var monitor in monitors)
        {
            var said = await monitor.ScoreAsync(samples, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < verdicts.Length; i++) verdicts[i] = Together(verdicts[i], said[i]);
        }

        return verdicts;
    }

    private Verdict Together(Verdict? before, Verdict now)
    {
        if (before is null || Target.Of(now) == true && Target.Of(before) != true || Target.Of(before) is null) return Complete(now);
        return before;
    }

    /// <summary>With a score for what the others look for.</summary>
    private Verdict Complete(Verdict verdict) => Target.Of(verdict) is null ? verdict : verdict with { Scores = [.. verdict.Scores, .. Findings.Select(MonitorVerdict.NameOf).Where(name => verdict.Scores.All(s => s.Name != name)).Select(name => new Score(name, 0))] };
}
