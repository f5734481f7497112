using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The head of a report: title, how the runs were trained, when and on what. It claims no more than what holds of all of them: a
/// title that says that something was learned stands only where every run's own gain is established.
/// </summary>
internal static class RunHeading
{
    /// <param name="runs">Those that are no control.</param>
    public static string Title(IReadOnlyList<RunEvidence> runs)
    {
        if (runs.Count == 1) return $"{RunWords.Name(runs[0])}: {runs[0].Facts.Name}";
        if (runs.All(r => r.Thinks && HasGained(r))) return "A small model learns to reason";
        return string.Join(", ", runs.GroupBy(RunWords.Subject).Select(g => g.Count() == 1 ? g.Key : string.Create(CultureInfo.InvariantCulture, $"{g.Key} ({g.Count()} runs)")));
    }

    /// <summary>What all the runs have in common of how they were trained; nothing where they did not write it down.</summary>
    public static string Subtitle(IReadOnlyList<RunEvidence> runs)
    {
        if (!runs.All(r => r.HasFacts)) return "";
        var parts = new[] { Common(runs, Start), Common(runs, Stages), Common(runs, f => f.Reinforcement is null ? "" : RewardWords.Short(f)) };
        return parts.All(p => p is not null)
            ? string.Join(", ", parts.Where(p => p!.Length > 0)) + "."
            : string.Concat(parts.Where(p => p is { Length: > 0 }).Select(p => $"{char.ToUpperInvariant(p![0])}{p[1..]}. ")) + "In the rest the runs differ: each chapter says how its own was trained.";
    }

    /// <summary>From random weights; from a model; from a model, a low-rank adapter of rank 16 alone.</summary>
    public static string Start(RunFacts facts) => facts.Start.Path is null ? "From random weights" : $"From the model {facts.Start.Given}{(facts.Adapter is null ? "" : $", {Adapter(facts.Adapter)} alone")}";

    /// <summary>A low-rank adapter of rank 16.</summary>
    public static string Adapter(AdapterFacts adapter) => string.Create(CultureInfo.InvariantCulture, $"a low-rank adapter{(adapter.Kind == AdapterKind.Dora ? " with magnitudes" : "")} of rank {adapter.Rank}");

    public static IEnumerable<string> Made(IReadOnlyList<RunEvidence> runs)
    {
        yield return runs[0].Info.Started.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        var seconds = runs.Sum(r => r.Seconds);
        if (seconds > 0) yield return $"{Quantity.Duration(TimeSpan.FromSeconds(seconds))} of training";
        foreach (var device in runs.Select(r => r.Info.Device).Distinct()) yield return device;
        var seeds = runs.Select(r => r.Facts.Seeds.Run).Distinct().ToArray();
        yield return $"seed{(seeds.Length == 1 ? "" : "s")} {string.Join(", ", seeds)}";
    }

    /// <summary>What holds of every run; where it does not, the chapters tell.</summary>
    public static IEnumerable<string> Lead(IReadOnlyList<RunEvidence> runs)
    {
        var sentences = new List<string>();
        if (runs.All(r => r is { HasFacts: true, Facts.Imitation: { Target: null, Corpus.Count: > 0 } }))
            sentences.Add("First the model imitates worked solutions by writers of very different quality. That corpus is made up: it stands for a pretraining corpus, in which good and bad reasoning lie side by side, unlabelled.");
        if (runs.All(r => r is { HasFacts: true, Facts.Reinforcement: not null })) sentences.Add("By reinforcement learning the model solves problems on its own, and what earned more reward than other tries is made more likely.");
        else if (runs.All(r => r is { HasFacts: true, Facts: { Reinforcement: null, ExpertIteration: not null } })) sentences.Add("By expert iteration the model solves problems on its own, and imitates its own right answers.");
        if (sentences.Count > 0) yield return string.Join(" ", sentences);
    }

    /// <summary>What a report cannot say of a run that wrote no facts.</summary>
    public static string Unknown(RunEvidence run) =>
        $"{RunWords.Name(run)}: what it was rewarded for, what it learned from and what was loaded. The run was made before runs wrote that down ({RunFolder.FactsFile}).";

    /// <summary>Shape and sizes, in figures.</summary>
    public static string Sizes(RunEvidence run)
    {
        var facts = run.Facts;
        List<string> parts =
        [
            facts.Start.Path is null ? string.Create(CultureInfo.InvariantCulture, $"{facts.Start.Layers} layers of width {facts.Start.Hidden}, random weights") : $"from {facts.Start.Given}",
            string.Create(CultureInfo.InvariantCulture, $"seed {facts.Seeds.Run}, held-out problems of seed {facts.Seeds.Evaluation}"),
        ];
        if (facts.Adapter is { } adapter) parts.Add($"{Adapter(adapter)}, alpha {adapter.Alpha.ToString(CultureInfo.InvariantCulture)}, on {string.Join(", ", adapter.TargetModules)}");
        if (facts.Imitation is { } imitation) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{imitation.Tokens:N0} tokens {(imitation.Target is { } target ? $"with {target}" : "imitated")} in {imitation.Steps} steps"));
        if (facts.ExpertIteration is { } expert) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{expert.Rounds} rounds of expert iteration of {expert.Prompts} problems x {expert.Samples} samples"));
        if (facts.Reinforcement is { } rl) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{rl.Steps} RL steps of {rl.Prompts} problems x {rl.Samples} samples"));
        return string.Join("; ", parts);
    }

    private static string Stages(RunFacts facts)
    {
        string[] stages = [.. new[] { facts.Imitation is { } first ? first.Target is { } target ? $"on {target}" : "by imitation" : null, facts.ExpertIteration is null ? null : "by expert iteration", facts.Reinforcement is null ? null : "by reinforcement learning" }.OfType<string>()];
        return stages.Length == 0 ? "not trained" : string.Join(" and then ", stages);
    }

    private static string? Common(IReadOnlyList<RunEvidence> runs, Func<RunFacts, string> part)
    {
        var said = runs.Select(r => part(r.Facts)).Distinct(StringComparer.Ordinal).ToArray();
        return said.Length == 1 ? said[0] : null;
    }

    private static bool HasGained(RunEvidence run) =>
        run is { Base: { } before, Final: { } after } && SampleMeasure.Accuracy.Change(run.First(before), run.First(after)).Finding == Finding.Larger;
}
