using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>A run of a second or two that goes through every stage, and what is compared of two of them.</summary>
internal static class TinyRun
{
    /// <summary>Seven supervised steps, five of reinforcement learning with dynamic sampling, evaluations of every kind.</summary>
    public static TrainRecipe Recipe(int seed = 1) => TrainRecipe.Parse(
        $"""
        name: tiny
        seed: {seed}
        micro_batch_tokens: 512
        family: {"{"} name: arithmetic, levels: [2, 3] {"}"}
        model: {"{"} hidden: 32, layers: 2, heads: 2, key_value_heads: 1, intermediate: 48, context: 160 {"}"}
        supervised: {"{"} tokens: 7000, batch_tokens: 1000, schedule: {"{"} warmup: 2 {"}"} {"}"}
        reinforcement:
          steps: 5
          prompts: 4
          samples: 4
          max_tokens: 48
          updates: 2
          temperature: 0.9
          dynamic_sampling: true
          resampling_rounds: 2
          overlong: {"{"} cache: 16 {"}"}
          options: {"{"} kl_coefficient: 0.01 {"}"}
        evaluation: {"{"} problems: 8, quick_problems: 5, vote_problems: 3, vote_samples: 3, max_tokens: 48, budgets: [16, 32], every: 2 {"}"}
        checkpoint: {"{"} every: 3, keep_last: 2 {"}"}
        """,
        "tiny.yaml");

    /// <summary>
    /// The same, with two rounds of expert iteration before reinforcement learning or, with no steps, in its place. Its questions
    /// are answered by yes or no, so that even the tiny model is right often enough for a round to keep something.
    /// </summary>
    public static TrainRecipe ExpertRecipe(int steps = 2, bool restart = false) => Recipe() with
    {
        ExpertIteration = new ExpertIterationRecipe { Rounds = 2, Prompts = 24, Samples = 4, MaxTokens = 24, Epochs = 2, BatchTokens = 150, Restart = restart, Optimizer = new OptimizerRecipe { Kind = OptimizerKind.Muon } },
        Family = new FamilyRecipe { Name = "arithmetic-compare", Levels = [2, 3], ChainOfThought = false },
        Supervised = Recipe().Supervised with { Tokens = 40_000 },
        Reinforcement = Recipe().Reinforcement with { Steps = steps },
    };

    /// <summary>Both of these stages with a curriculum, whose threshold even the tiny model reaches now and then.</summary>
    public static TrainRecipe CurriculumRecipe()
    {
        var recipe = ExpertRecipe(steps: 5);
        var curriculum = new CurriculumRecipe { Kind = CurriculumKind.Promotion, Window = 1, Threshold = 0.1, Rehearsal = 0.25 };
        return recipe with { ExpertIteration = recipe.ExpertIteration with { Curriculum = curriculum }, Reinforcement = recipe.Reinforcement with { Curriculum = curriculum with { Window = 2 } } };
    }

    /// <summary>
    /// Reinforcement learning off the policy in every way: samples of up to two steps before, through a filter and weighed for it, twice
    /// passed over in mini-batches, a steered KL in the reward from a reference that is renewed, cut-off samples masked.
    /// </summary>
    public static TrainRecipe OffPolicyRecipe()
    {
        var recipe = ExpertRecipe(steps: 6);
        return recipe with
        {
            ExpertIteration = new ExpertIterationRecipe { Rounds = 0 },
            Checkpoint = new CheckpointRecipe { Every = 2, KeepLast = 2 },
            Reinforcement = recipe.Reinforcement with
            {
                Objective = "ppo",
                Advantage = "reinforce_pp",
                Options = PpoObjective.Entry.Defaults,
                Prompts = 8,
                MaxTokens = 5,
                Iterations = 2,
                Staleness = 2,
                TopP = 0.95,
                MaskTruncated = true,
                DynamicSampling = false,
                Rewards = [new CorrectReward()],
                Kl = new KlRecipe { InReward = 0.05, Target = 0.001, Horizon = 100, RenewEvery = 4 },
                RolloutCorrection = new RolloutCorrectionRecipe { Weights = RolloutLevel.Token, Reject = RolloutLevel.Geometric },
                Optimizer = new OptimizerRecipe { Kind = Tensors.OptimizerKind.AdamW, LearningRate = 0.002 },
            },
        };
    }

    public static string Start(TrainRecipe recipe, string folder, int threads = 1, IRunObserver? observer = null)
    {
        using var run = TrainingRun.Start(recipe, folder, threads, observer);
        run.Execute().ShouldBe(RunOutcome.Completed);
        return folder;
    }

    /// <summary>Weights, optimizer, metrics, samples and evaluations are the same files, byte for byte.</summary>
    public static int ShouldEqual(string folder, string expected)
    {
        var files = new List<string> { RunFolder.RecipeFile, MetricsStream.MetricsFile, SampleStore.FileName };
        foreach (var name in new RunFolder(expected).Checkpoints().Intersect([RunFolder.Base, RunFolder.Expert, RunFolder.Final]))
            files.AddRange(Directory.GetFiles(Path.Combine(expected, RunFolder.CheckpointsFolder, name), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(expected, f)).Where(f => !f.EndsWith(CheckpointState.FileName)));
        if (Directory.Exists(Path.Combine(expected, RunFolder.EvaluationsFolder))) files.AddRange(Directory.GetFiles(Path.Combine(expected, RunFolder.EvaluationsFolder)).Select(f => Path.GetRelativePath(expected, f)));
        foreach (var file in files) File.ReadAllBytes(Path.Combine(folder, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(expected, file))).ShouldBeTrue(file);
        return files.Count;
    }
}

/// <summary>Calls back at each step.</summary>
internal sealed class StepObserver(Action<RunStage, int> step) : RunObserver, IRunObserver
{
    public List<string> Notices { get; } = [];

    public List<EvaluationSummary> Evaluations { get; } = [];

    public RunPlan? Plan { get; private set; }

    void IRunObserver.Planned(RunPlan plan) => Plan = plan;

    public override void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings) => step(stage, done);

    public override void EvaluationDone(EvaluationSummary summary) => Evaluations.Add(summary);

    /// <summary>Told of notices as well.</summary>
    public Action<string>? Told { get; init; }

    public override void Notice(string message)
    {
        Notices.Add(message);
        Told?.Invoke(message);
    }
}
