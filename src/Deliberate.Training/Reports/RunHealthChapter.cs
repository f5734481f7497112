using System.Globalization;

namespace Deliberate.Training;

/// <summary>The health of runs from their metrics: skipped steps, the alarms that the run itself watches for, and the curves.</summary>
internal static class RunHealthChapter
{
    /// <summary>Null where no run has metrics.</summary>
    public static HealthChapter? Build(IReadOnlyList<RunEvidence> runs)
    {
        var figures = new List<ReportFigure>();
        var findings = new List<HealthFinding>();
        foreach (var run in runs)
        {
            if (run.Metrics.Count == 0) continue;
            var name = run.Thinks || run.IsOwn ? RunWords.Name(run) : $"{RunWords.Name(run)}, control without thought";
            var points = run.Metrics.Where(m => m.Values.ContainsKey("rl/reward_mean")).Select(Point).ToArray();
            var imitation = run.Metrics.Where(m => m.Values.ContainsKey("sft/loss")).Select(m => ((int)m.Step, m.Values["sft/loss"])).ToArray();
            figures.Add(HealthFigure.Build(points, Sample(run, imitation.Length, points.Length), "the training batches' own numbers, from metrics.jsonl", name, imitation));
            findings.AddRange(Findings(run, name, points));
        }

        return figures.Count == 0 ? null : new HealthChapter(findings, figures);
    }

    private static string Sample(RunEvidence run, int supervised, int reinforced)
    {
        var (expert, rl) = (run.Recipe.ExpertIteration, run.Recipe.Reinforcement);
        List<string> parts = [string.Create(CultureInfo.InvariantCulture, $"{supervised} supervised steps")];
        if (expert.Rounds > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{expert.Rounds} rounds of expert iteration of {expert.Prompts} problems x {expert.Samples} samples"));
        if (rl.Steps > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{reinforced} RL steps of {rl.Prompts} problems x {rl.Samples} samples, training split, temperature {rl.Temperature:0.##}"));
        return string.Join("; ", parts);
    }

    private static IEnumerable<HealthFinding> Findings(RunEvidence run, string name, HealthPoint[] points)
    {
        var skipped = run.Metrics.Count(m => Value(m, "rl/skipped") > 0 || Value(m, "ei/skipped") > 0 || Value(m, "sft/skipped") > 0);
        yield return skipped == 0
            ? new HealthFinding(HealthLevel.Good, $"{name}: no step was skipped; loss and gradient were finite throughout.")
            : new HealthFinding(HealthLevel.Warning, $"{name}: {skipped} of {run.Metrics.Count} steps were skipped because loss or gradient was not finite.");
        var health = RunHealth.Of(new RunFolder(run.Folder), run.Recipe);
        if (health.Rung.Count == 0) yield return new HealthFinding(HealthLevel.Good, $"{name}: none of the {health.Watched} alarms rang.");
        foreach (var rung in health.Rung)
            yield return new HealthFinding(HealthLevel.Warning, $"{name}: alarm `{rung.Alarm.Name}` rang {rung.Where}; at last {rung.Seen}. {rung.Alarm.Meaning} What to do: {rung.Alarm.Advice}");

        if (points.Length < 2) yield break;
        var (first, last) = (points[0], points[^1]);
        if (double.IsFinite(first.Entropy) && double.IsFinite(last.Entropy))
            yield return new HealthFinding(HealthLevel.Note, string.Create(CultureInfo.InvariantCulture, $"{name}: entropy went from {first.Entropy:0.000} to {last.Entropy:0.000} nats a token."));
        yield return new HealthFinding(HealthLevel.Note, string.Create(CultureInfo.InvariantCulture, $"{name}: in the last RL step {RunWords.Percent(last.UniformGroups)} of the groups had equal rewards and taught nothing, in the first {RunWords.Percent(first.UniformGroups)}; {RunWords.Percent(last.TruncatedShare)} of the samples were cut off."));
    }

    private static HealthPoint Point(MetricsRecord m) => new(
        (int)m.Step, Value(m, "policy/entropy"), double.IsNaN(Value(m, "policy/reference_kl_k3")) ? Value(m, "policy/start_kl_k3") : Value(m, "policy/reference_kl_k3"), Value(m, "policy/clip_fraction"), Value(m, "rl/truncated"), Value(m, "rl/gradient_norm"), Value(m, "rl/flat_groups"),
        Value(m, "rl/reward_mean"), Value(m, "policy/approx_kl_k3"));

    private static double Value(MetricsRecord record, string name) => record.Values.TryGetValue(name, out var value) ? value : double.NaN;
}
