using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>What a run's folder says: recipe, evaluations in order, metrics. Read once for a report.</summary>
internal sealed class RunEvidence
{
    private RunEvidence(string folder, TrainRecipe recipe, RunInfo info)
    {
        Folder = folder;
        Recipe = recipe;
        Info = info;
    }

    public string Folder { get; }

    public TrainRecipe Recipe { get; }

    public RunInfo Info { get; }

    /// <summary>(RL step, name, the first samples of each problem), base first and final last; those that exist.</summary>
    public required IReadOnlyList<(int Step, string Name, List<GradedSample> Samples)> Evaluations { get; init; }

    public required IReadOnlyList<MetricsRecord> Metrics { get; init; }

    public string Title => Recipe.Family.Name;

    public bool Thinks => Recipe.Family.ChainOfThought;

    public List<GradedSample>? Base => Evaluations.FirstOrDefault(e => e.Name == RunFolder.Base).Samples;

    public List<GradedSample>? Final => Evaluations.FirstOrDefault(e => e.Name == RunFolder.Final).Samples;

    public static RunEvidence Read(string folder)
    {
        var files = new RunFolder(folder);
        if (!File.Exists(files.Recipe)) throw new UserError("there is no run here.", folder, advice: "A run's folder holds recipe.yaml; `deliberate train` makes one.");
        var recipe = TrainRecipe.Read(files.Recipe);
        var evaluations = new List<(int, string, List<GradedSample>)>();
        var names = Directory.Exists(Path.Combine(folder, RunFolder.EvaluationsFolder))
            ? Directory.GetFiles(Path.Combine(folder, RunFolder.EvaluationsFolder), "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!)
            : [];
        foreach (var name in names)
        {
            var step = name switch
            {
                RunFolder.Base => 0,
                RunFolder.Final => recipe.Reinforcement.Steps,
                _ => name.StartsWith("rl-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(3), out var at) ? at : -1,
            };
            if (step >= 0) evaluations.Add((step, name, EvaluationFile.Read(files.Evaluation(name))));
        }

        var metrics = Path.Combine(folder, MetricsStream.MetricsFile);
        return new RunEvidence(folder, recipe, RunInfo.Read(files.Info))
        {
            // The final evaluation has more problems than one of the same step in between: it comes last.
            Evaluations = [.. evaluations.OrderBy(e => e.Item1).ThenBy(e => e.Item2 == RunFolder.Final)],
            Metrics = File.Exists(metrics) ? [.. MetricsStream.Read(metrics)] : [],
        };
    }

    /// <summary>Whether the other run is this one's control: the same family, levels and budget, answers without thought.</summary>
    public bool HasControl(RunEvidence other) =>
        Thinks && !other.Thinks && other.Recipe.Family.Name == Recipe.Family.Name && other.Recipe.Family.TestLevel == Recipe.Family.TestLevel;

    /// <summary>Each problem's first samples, those drawn for votes left out.</summary>
    public List<GradedSample> First(List<GradedSample> samples) => [.. samples.Where(s => s.Sample < Recipe.Evaluation.Samples)];
}
