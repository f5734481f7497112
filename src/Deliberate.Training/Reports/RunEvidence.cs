using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What a run's folder says: recipe, evaluations in order, metrics. Read once for a report.</summary>
internal sealed class RunEvidence
{
    private RunEvidence(string folder, TrainRecipe recipe, RunInfo info, RunFacts? facts)
    {
        Folder = folder;
        Recipe = recipe;
        Info = info;
        HasFacts = facts is not null;
        Facts = facts ?? FactsOfRun.Of(recipe, inputs: null);
        Label = RunWords.Subject(this);
    }

    public string Folder { get; }

    public TrainRecipe Recipe { get; }

    public RunInfo Info { get; }

    /// <summary>What sentences are made from where <see cref="HasFacts"/>; of a run that wrote none, what its recipe leaves no doubt about.</summary>
    public RunFacts Facts { get; }

    /// <summary>Whether the run wrote them down; a report says of one that did not what it cannot know.</summary>
    public bool HasFacts { get; }

    /// <summary>What the report calls it: by what it is about, and where there are several of those by what tells them apart.</summary>
    public string Label { get; private set; }

    /// <summary>
    /// (RL step, name, samples), those that exist, from the beginning of reinforcement learning to the end; of expert iteration, by rounds,
    /// where that is all, and of imitation, by its steps, where nothing follows it.
    /// </summary>
    public required IReadOnlyList<(int Step, string Name, List<ScoredSample> Samples)> Evaluations { get; init; }

    /// <summary>(Round, name, samples) of expert iteration, its beginning being round 0; empty without one.</summary>
    public required IReadOnlyList<(int Round, string Name, List<ScoredSample> Samples)> Rounds { get; init; }

    /// <summary>Samples of the model that it started from, before imitation; null where that was not measured.</summary>
    public List<ScoredSample>? Start { get; init; }

    /// <summary>Those right after imitation; null where that was not measured.</summary>
    public List<ScoredSample>? Imitated => Measured.LastOrDefault(e => e.Name == RunFolder.Base).Samples;

    /// <summary>Every evaluation, in the order in which they were made.</summary>
    public IEnumerable<(string Name, List<ScoredSample> Samples)> Measured =>
        (Start is null ? [] : new[] { (Name: RunFolder.Start, Samples: Start) }).Concat(Rounds.Concat(Evaluations).Select(e => (Name: e.Item2, Samples: e.Item3))).DistinctBy(e => e.Name);

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
        : Recipe.ExpertIteration.Rounds == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Metrics.Count(m => m.Values.Has(OptimizerMetrics.Supervised.Loss))} of {Recipe.Supervised.Steps} steps are done")
        : string.Create(CultureInfo.InvariantCulture, $"{Metrics.Count(m => m.Values.Has(ExpertMetrics.Kept))} of {Recipe.ExpertIteration.Rounds} rounds of expert iteration are begun");

    public LearningWords Learning => LearningWords.Of(Facts);

    /// <summary>Whether its completions hold a thought whose steps are checked.</summary>
    public bool Thinks => Facts.Problems is { Thinks: true };

    /// <summary>Whether it was taught to answer without a thought: what a control is.</summary>
    public bool AnswersAtOnce => Facts.Problems is { AnswersAtOnce: true };

    /// <summary>What <see cref="Evaluations"/> begin with; null where nothing follows it that could be told from it.</summary>
    public List<ScoredSample>? Base => !Facts.Learns ? Start : Evaluations.FirstOrDefault(e => e.Name == (Recipe.Reinforcement.Steps > 0 ? Recipe.ReinforcementStart : RunFolder.Base)).Samples;

    /// <summary>Whether it was measured more than once as it learned.</summary>
    public bool HasCourse => Evaluations.DistinctBy(e => e.Step).Skip(1).Any();

    public List<ScoredSample>? Final => Evaluations.FirstOrDefault(e => e.Name == RunFolder.Final).Samples;

    /// <summary>Whether it was measured at its end, or has reached an end that nothing measures.</summary>
    public bool IsOver => Final is not null || (Recipe.Evaluation.Problems == 0 && Directory.Exists(new RunFolder(Folder).Checkpoint(RunFolder.Final)));

    /// <summary>Several, each called by a name of its own.</summary>
    public static RunEvidence[] Read(IReadOnlyList<string> folders)
    {
        RunEvidence[] runs = [.. folders.Select(Read)];
        foreach (var (run, label) in RunLabels.Of(runs)) run.Label = label;
        return runs;
    }

    public static RunEvidence Read(string folder)
    {
        var files = new RunFolder(folder);
        if (!File.Exists(files.Recipe)) throw new UserError("there is no run here.", folder, advice: "A run's folder holds recipe.yaml; `deliberate train` makes one.");
        var recipe = RunRecipe.Read(files);
        var evaluations = new List<(int, string, List<ScoredSample>)>();
        var rounds = new List<(int, string, List<ScoredSample>)>();
        List<ScoredSample>? start = null;
        var names = Directory.Exists(Path.Combine(folder, RunFolder.EvaluationsFolder))
            ? Directory.GetFiles(Path.Combine(folder, RunFolder.EvaluationsFolder), "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!)
            : [];
        foreach (var name in names)
        {
            var (step, round) = (Step(files, recipe, name), Round(recipe, name));
            var isStart = name == RunFolder.Start;
            if (step is null && round is null && !isStart) continue;
            var samples = EvaluationFile.Read(files.Evaluation(name));
            if (isStart) start = samples;
            if (step is { } at) evaluations.Add((at, name, samples));
            if (round is { } number) rounds.Add((number, name, samples));
        }

        if (recipe.Reinforcement.Steps == 0 && recipe.ExpertIteration.Rounds > 0) evaluations = rounds;
        return new RunEvidence(folder, recipe, RunInfo.Read(files.Info), RunFacts.Read(files))
        {
            // The final evaluation has more problems than one of the same step in between: it comes last.
            Evaluations = [.. evaluations.OrderBy(e => e.Item1).ThenBy(e => e.Item2 == RunFolder.Final)],
            Start = start,
            Best = BestCheckpoints.Read(files),
            Rounds = [.. rounds.OrderBy(e => e.Item1)],
            Metrics = [.. RecordedMetrics.Read(files, recipe)],
            Seconds = RecordedMetrics.Seconds(files),
        };
    }

    /// <summary>Whether the other run is this one's control: the same family, levels and budget, answers without thought.</summary>
    public bool HasControl(RunEvidence other) =>
        Thinks && other.AnswersAtOnce && other.Facts.Problems!.Name == Facts.Problems!.Name && other.Facts.Problems.TestLevel == Facts.Problems.TestLevel;

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
        var (a, b) = (Facts, control.Facts);
        var differences = new List<string>();
        void Compare<T>(string what, Func<RunFacts, T?> of)
            where T : struct
        {
            if (!Nullable.Equals(of(a), of(b))) differences.Add(string.Create(CultureInfo.InvariantCulture, $"{Said(of(b))} instead of {Said(of(a))} {what}"));
            static string Said(T? value) => value is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known}") : "no";
        }

        Compare("supervised steps", f => f.Imitation?.Steps);
        Compare("corpus tokens a step", f => f.Imitation?.BatchTokens);
        Compare("rounds of expert iteration", f => f.ExpertIteration?.Rounds);
        Compare("problems a round", f => f.ExpertIteration?.Prompts);
        Compare("samples a problem of a round", f => f.ExpertIteration?.Samples);
        Compare("RL steps", f => f.Reinforcement?.Steps);
        Compare("problems an RL step", f => f.Reinforcement?.Prompts);
        Compare("samples a problem", f => f.Reinforcement?.Samples);
        Compare<ulong>("as the held-out problems' seed", f => f.Seeds.Evaluation);
        Compare<ulong>("as the seed", f => f.Seeds.Run);
        return differences;
    }

    /// <summary>Each problem's first samples, those drawn for votes and those that a verifier failed on left out.</summary>
    public List<ScoredSample> First(IReadOnlyList<ScoredSample> samples) => [.. samples.Where(s => s.Attempt < Recipe.Evaluation.Samples && s.IsJudged)];

    private static int? Step(RunFolder folder, TrainRecipe recipe, string name) =>
        recipe is { Reinforcement.Steps: 0, ExpertIteration.Rounds: 0 } ? name switch
        {
            RunFolder.Start => 0,
            RunFolder.Base or RunFolder.Final => recipe.Supervised.Steps,
            _ => null,
        }
        : name == recipe.ReinforcementStart ? 0 : name == RunFolder.Final ? EarlyStopping.StepsOf(folder, recipe) : RunFolder.Step(RunStage.Reinforcement, name);

    private static int? Round(TrainRecipe recipe, string name) =>
        recipe.ExpertIteration.Rounds == 0 ? null
        : name == RunFolder.Base ? 0
        : name == (recipe.Reinforcement.Steps > 0 ? RunFolder.Expert : RunFolder.Final) ? recipe.ExpertIteration.Rounds
        : RunFolder.Round(name);
}
