using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

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

    /// <summary>(RL step, name, samples), those that exist, from the beginning of reinforcement learning to the end; of expert iteration, by rounds, where that is all.</summary>
    public required IReadOnlyList<(int Step, string Name, List<ScoredSample> Samples)> Evaluations { get; init; }

    /// <summary>(Round, name, samples) of expert iteration, its beginning being round 0; empty without one.</summary>
    public required IReadOnlyList<(int Round, string Name, List<ScoredSample> Samples)> Rounds { get; init; }

    public required IReadOnlyList<MetricsRecord> Metrics { get; init; }

    /// <summary>Seconds of training, evaluations not counted.</summary>
    public double Seconds { get; init; }

    /// <summary>Steps of reinforcement learning that the metrics tell of.</summary>
    public int StepsDone => Metrics.Count(m => m.Values.Has(SampleMetrics.Reinforcement.Reward));

    /// <summary>The best of its checkpoints, best first; empty where none was measured.</summary>
    public IReadOnlyList<RankedCheckpoint> Best { get; init; } = [];

    /// <summary>How far an unfinished run has come.</summary>
    public string Progress => Recipe.Reinforcement.Steps > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{StepsDone} of {Recipe.Reinforcement.Steps} RL steps are done")
        : string.Create(CultureInfo.InvariantCulture, $"{Metrics.Count(m => m.Values.Has(ExpertMetrics.Kept))} of {Recipe.ExpertIteration.Rounds} rounds of expert iteration are begun");

    public LearningWords Learning => LearningWords.Of(Recipe);

    public string Title => Recipe.Problems?.SetName ?? Recipe.Family.Name;

    /// <summary>Whether its problems are the user's, of which no step is checked.</summary>
    public bool IsOwn => Recipe.Problems is not null;

    public bool Thinks => !IsOwn && Recipe.Family.ChainOfThought;

    /// <summary>What <see cref="Evaluations"/> begin with.</summary>
    public List<ScoredSample>? Base => Evaluations.FirstOrDefault(e => e.Name == (Recipe.Reinforcement.Steps > 0 ? Recipe.ReinforcementStart : RunFolder.Base)).Samples;

    public List<ScoredSample>? Final => Evaluations.FirstOrDefault(e => e.Name == RunFolder.Final).Samples;

    public static RunEvidence Read(string folder)
    {
        var files = new RunFolder(folder);
        if (!File.Exists(files.Recipe)) throw new UserError("there is no run here.", folder, advice: "A run's folder holds recipe.yaml; `deliberate train` makes one.");
        var recipe = TrainRecipe.Read(files.Recipe);
        var evaluations = new List<(int, string, List<ScoredSample>)>();
        var rounds = new List<(int, string, List<ScoredSample>)>();
        var names = Directory.Exists(Path.Combine(folder, RunFolder.EvaluationsFolder))
            ? Directory.GetFiles(Path.Combine(folder, RunFolder.EvaluationsFolder), "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!)
            : [];
        foreach (var name in names)
        {
            var (step, round) = (Step(recipe, name), Round(recipe, name));
            if (step is null && round is null) continue;
            var samples = EvaluationFile.Read(files.Evaluation(name));
            if (step is { } at) evaluations.Add((at, name, samples));
            if (round is { } number) rounds.Add((number, name, samples));
        }

        if (recipe.Reinforcement.Steps == 0 && recipe.ExpertIteration.Rounds > 0) evaluations = rounds;
        return new RunEvidence(folder, recipe, RunInfo.Read(files.Info))
        {
            // The final evaluation has more problems than one of the same step in between: it comes last.
            Evaluations = [.. evaluations.OrderBy(e => e.Item1).ThenBy(e => e.Item2 == RunFolder.Final)],
            Best = BestCheckpoints.Read(files),
            Rounds = [.. rounds.OrderBy(e => e.Item1)],
            Metrics = [.. RecordedMetrics.Read(files, recipe)],
            Seconds = RecordedMetrics.Seconds(files),
        };
    }

    /// <summary>Whether the other run is this one's control: the same family, levels and budget, answers without thought.</summary>
    public bool HasControl(RunEvidence other) =>
        Thinks && !other.Thinks && !other.IsOwn && other.Recipe.Family.Name == Recipe.Family.Name && other.Recipe.Family.TestLevel == Recipe.Family.TestLevel;

    /// <summary>The budgets to show: the recipe's, or doublings up to the largest.</summary>
    public IReadOnlyList<int> Budgets
    {
        get
        {
            var (most, named) = (Recipe.Evaluation.MaxTokens, Recipe.Evaluation.Budgets);
            if (named.Count > 1) return [.. named.Append(most).Distinct().Order()];
            var budgets = new List<int> { most };
            for (var b = most / 2; b >= 8 && budgets.Count < 6; b /= 2) budgets.Insert(0, b);
            return budgets;
        }
    }

    /// <summary>In what a control's budget differs from this run's; empty where it had the same.</summary>
    public IReadOnlyList<string> DifferencesFrom(RunEvidence control)
    {
        var (a, b) = (Recipe, control.Recipe);
        var differences = new List<string>();
        void Compare(string what, object mine, object others)
        {
            if (!mine.Equals(others)) differences.Add(string.Create(CultureInfo.InvariantCulture, $"{others} instead of {mine} {what}"));
        }

        Compare("supervised steps", a.Supervised.Steps, b.Supervised.Steps);
        Compare("corpus tokens a step", a.Supervised.BatchTokens, b.Supervised.BatchTokens);
        Compare("rounds of expert iteration", a.ExpertIteration.Rounds, b.ExpertIteration.Rounds);
        Compare("problems a round", a.ExpertIteration.Prompts, b.ExpertIteration.Prompts);
        Compare("samples a problem of a round", a.ExpertIteration.Samples, b.ExpertIteration.Samples);
        Compare("RL steps", a.Reinforcement.Steps, b.Reinforcement.Steps);
        Compare("problems an RL step", a.Reinforcement.Prompts, b.Reinforcement.Prompts);
        Compare("samples a problem", a.Reinforcement.Samples, b.Reinforcement.Samples);
        Compare("as the held-out problems' seed", a.Evaluation.Seed, b.Evaluation.Seed);
        return differences;
    }

    /// <summary>Each problem's first samples, those drawn for votes and those that a verifier failed on left out.</summary>
    public List<ScoredSample> First(IReadOnlyList<ScoredSample> samples) => [.. samples.Where(s => s.Attempt < Recipe.Evaluation.Samples && s.IsJudged)];

    private static int? Step(TrainRecipe recipe, string name) =>
        name == recipe.ReinforcementStart ? 0 : name == RunFolder.Final ? recipe.Reinforcement.Steps : RunFolder.Step(RunStage.Reinforcement, name);

    private static int? Round(TrainRecipe recipe, string name) =>
        recipe.ExpertIteration.Rounds == 0 ? null
        : name == RunFolder.Base ? 0
        : name == (recipe.Reinforcement.Steps > 0 ? RunFolder.Expert : RunFolder.Final) ? recipe.ExpertIteration.Rounds
        : RunFolder.Round(name);
}
