using System.Globalization;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>The health of runs from their metrics: skipped steps, the alarms that the run itself watches for, and the curves.</summary>
internal static class RunHealthChapter
{
    public const string Id = "health";

    /// <summary>Null where no run has metrics.</summary>
    public static ReportChapter? Build(IReadOnlyList<RunEvidence> runs)
    {
        var figures = new List<ReportFigure>();
        var findings = new List<ReportFinding>();
        foreach (var run in runs)
        {
            if (run.Metrics.Count == 0) continue;
            var name = !runs.Any(r => r.HasControl(run)) ? RunWords.Name(run) : $"{RunWords.Name(run)}, control without thought";
            var reinforced = run.Metrics.Where(m => m.Values.Has(SampleMetrics.Reinforcement.Reward)).ToArray();
            var supervised = run.Metrics.Count(m => m.Values.Has(OptimizerMetrics.Supervised.Loss));
            figures.Add(HealthFigure.Build(run.Metrics, Sample(run, supervised, reinforced.Length), "the training batches' own numbers, from metrics.jsonl", name));
            findings.AddRange(Findings(run, name, reinforced));
        }

        return figures.Count == 0 ? null : new ReportChapter("Health of the run") { Id = Id, Findings = findings, Figures = figures };
    }

    private static string Sample(RunEvidence run, int supervised, int reinforced)
    {
        List<string> parts = [];
        if (run.Facts.Imitation is not null) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{supervised} supervised steps"));
        if (run.Facts.ExpertIteration is { } expert) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{expert.Rounds} rounds of expert iteration of {expert.Prompts} problems x {expert.Samples} samples"));
        if (run.Facts.Reinforcement is { } rl) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{reinforced} RL steps of {rl.Prompts} problems x {rl.Samples} samples, training split, temperature {rl.Temperature:0.##}"));
        return string.Join("; ", parts);
    }

    private static IEnumerable<ReportFinding> Findings(RunEvidence run, string name, MetricsRecord[] steps)
    {
        var skipped = run.Metrics.Count(m => OptimizerMetrics.Stages.Any(stage => m.Values.Find(stage.Skipped) > 0));
        yield return skipped == 0
            ? new ReportFinding(FindingLevel.Good, $"{name}: no step was skipped; loss and gradient were finite throughout.")
            : new ReportFinding(FindingLevel.Warning, $"{name}: {skipped} of {run.Metrics.Count} steps were skipped because loss or gradient was not finite.");
        if (run.Facts is { Reinforcement: { } rl, Teacher: not { Compares: true } } && RewardAdvice.OfCorrectness([.. rl.Rewards.Select(term => (term.Name, term.Correctness))]) is { } untied)
            yield return new ReportFinding(FindingLevel.Warning, $"{name}: {untied}");
        var health = RunHealth.Of(new RunFolder(run.Folder), run.Recipe);
        if (health.Rung.Count == 0) yield return new ReportFinding(FindingLevel.Good, $"{name}: none of the {health.Watched} alarms rang.");
        foreach (var rung in health.Rung)
            yield return new ReportFinding(FindingLevel.Warning, $"{name}: alarm `{rung.Alarm.Name}` rang {rung.Where}; at last {rung.Seen}. {rung.Alarm.Meaning} What to do: {rung.Alarm.Advice}");

        if (steps.Length < 2) yield break;
        var (first, last, names) = (steps[0].Values, steps[^1].Values, SampleMetrics.Reinforcement);
        if (first.Find(ObjectiveMetrics.Entropy) is { } before && last.Find(ObjectiveMetrics.Entropy) is { } after && double.IsFinite(before) && double.IsFinite(after))
            yield return new ReportFinding(FindingLevel.Note, string.Create(CultureInfo.InvariantCulture, $"{name}: entropy went from {before:0.000} to {after:0.000} nats a token."));
        if (first.Find(names.ZeroDeviation) is { } flatBefore && last.Find(names.ZeroDeviation) is { } flat && last.Find(names.Truncated) is { } truncated)
            yield return new ReportFinding(FindingLevel.Note, $"{name}: in the last RL step {EstimateWords.Percent(flat)} of the groups had rewards of zero standard deviation and taught nothing, in the first {EstimateWords.Percent(flatBefore)}; {EstimateWords.Percent(truncated)} of the samples were cut off.");
    }
}
