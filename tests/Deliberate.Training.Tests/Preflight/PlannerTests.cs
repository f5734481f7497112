using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>A plan says what the run then does, and what cannot be done is refused by name before a folder is made.</summary>
public sealed class PlannerTests : IDisposable
{
    private static readonly MachineLimits Large = new(1L << 50, 1L << 50);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_plan_counts_what_the_run_does()
    {
        foreach (var recipe in new[] { TinyRun.Recipe(), TinyRun.ExpertRecipe(), TinyRun.ExpertRecipe(steps: 0) })
        {
            var plan = Planner.Plan(recipe);
            var observer = new StepObserver((_, _) => { });
            var folder = new RunFolder(TinyRun.Start(recipe, _folder.File($"run-{recipe.ExpertIteration.Rounds}-{recipe.Reinforcement.Steps}"), observer: observer));
            observer.Plan.ShouldNotBeNull().Parameters.ShouldBe(plan.Parameters);
            var metrics = MetricsStream.Read(Path.Combine(folder.Root, MetricsStream.MetricsFile)).ToArray();
            metrics.Count(m => m.Values.ContainsKey("sft/loss")).ShouldBe(plan.Supervised!.Steps);
            plan.Evaluation!.Count.ShouldBe(observer.Evaluations.Count);
            plan.Evaluation.Completions.ShouldBe(Directory.GetFiles(Path.Combine(folder.Root, RunFolder.EvaluationsFolder)).Sum(f => EvaluationFile.Read(f).Count));
            var samples = SampleStore.Read(Path.Combine(folder.Root, SampleStore.FileName)).ToArray();
            (plan.ExpertIteration?.Completions * plan.ExpertIteration?.Rounds ?? 0).ShouldBe(samples.Count(s => s.Stage == RunStage.ExpertIteration));
            if (plan.Reinforcement is not { } rl) continue;
            (rl.Sequences, rl.Updates, rl.SequencesAnUpdate, rl.Steps).ShouldBe((16, 2, 8, recipe.Reinforcement.Steps));
            metrics.Count(m => m.Values.ContainsKey("rl/accuracy")).ShouldBe(rl.Steps);
            // The first groups; dynamic sampling draws others in their place.
            samples.Count(s => s.Stage == RunStage.Reinforcement && s.Step == 1).ShouldBeGreaterThanOrEqualTo(rl.Sequences);
        }
    }

    [Fact]
    public void Tokens_of_supervised_batches_and_files_on_disk_are_near_the_plan()
    {
        var recipe = TinyRun.Recipe();
        var plan = Planner.Plan(recipe);
        var folder = TinyRun.Start(recipe, _folder.File("run"));
        var first = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).First().Values;
        (first["sft/examples"] / plan.Supervised!.SequencesAStep).ShouldBeInRange(0.7, 1.4);
        long Size(string path) => File.Exists(path) ? new FileInfo(path).Length : Directory.GetFiles(path, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        double Planned(string name) => plan.Disk.Parts.Single(p => p.Name == name).Bytes;
        var checkpoints = Size(Path.Combine(folder, RunFolder.CheckpointsFolder));
        ((double)checkpoints / Planned("checkpoints")).ShouldBeInRange(0.3, 1.3);
        Golden.Report($"checkpoints {checkpoints} of {Planned("checkpoints")} planned, samples {Size(Path.Combine(folder, SampleStore.FileName))} of {Planned("samples")}; parts", plan.Disk.Parts.Count);
        (Size(Path.Combine(folder, SampleStore.FileName)) / Planned("samples")).ShouldBeInRange(0.3, 3);
    }

    [Theory]
    [InlineData("reinforcement.samples=1", "samples", "A group of one sample has nothing to compare with")]
    [InlineData("reinforcement.rewards={correct: 0}", "rewards", "nothing is rewarded")]
    [InlineData("reinforcement.updates=5", "updates", "4 problems cannot be cut into 5 updates")]
    [InlineData("reinforcement.max_tokens=155", "reinforcement.max_tokens", "exceed the model's context of 160")]
    [InlineData("evaluation.max_tokens=155", "evaluation.max_tokens", "exceed the model's context of 160")]
    [InlineData("expert_iteration={rounds: 1, max_tokens: 155}", "expert_iteration.max_tokens", "exceed the model's context of 160")]
    [InlineData("micro_batch_tokens=100", "micro_batch_tokens", "hold no sequence")]
    [InlineData("expert_iteration={rounds: 1, max_tokens: 20, every_step_right: true} family.chain_of_thought=false", "expert_iteration", "have no steps")]
    public void What_cannot_be_done_is_refused_by_name(string set, string field, string says)
    {
        var error = Should.Throw<UserError>(() =>
        {
            var recipe = TrainRecipe.Parse(RecipeWriter.Write(TinyRun.Recipe()), "tiny.yaml", set.Split("} ") is [var a, var b] ? [a + "}", b] : [set]);
            TrainingRun.Start(recipe, _folder.File("run"), 1).Dispose();
        });
        (error.Field ?? "").ShouldContain(field);
        error.Message.ShouldContain(says);
        Directory.Exists(_folder.File("run")).ShouldBeFalse();
    }

    [Fact]
    public void Too_little_memory_or_disk_is_refused_with_the_numbers_and_what_to_change()
    {
        var plan = Planner.Plan(TinyRun.Recipe() with { MicroBatchTokens = 1 << 20 });
        Planner.Refuse(plan, Large);
        var memory = Should.Throw<UserError>(() => Planner.Refuse(plan, Large with { Memory = 200_000_000 }, "tiny.yaml"));
        memory.Message.ShouldContain("this machine has 200 MB");
        memory.Message.ShouldContain("activations");
        memory.Advice.ShouldNotBeNull().ShouldContain("micro_batch_tokens");
        var disk = Should.Throw<UserError>(() => Planner.Refuse(plan, Large with { DiskFree = 1000 }));
        disk.Message.ShouldContain("1 kB are free");
        disk.Advice.ShouldNotBeNull().ShouldContain("keep_last");
    }

    [Fact]
    public void What_is_allowed_and_worth_a_thought_is_remarked_on()
    {
        string[] Of(string text) => [.. Planner.Plan(TrainRecipe.Parse("name: a\nmodel: { hidden: 16, heads: 2, layers: 1, intermediate: 16 }\n" + text, "a.yaml")).Remarks];
        Of("evaluation: { problems: 10 }").ShouldBeEmpty();
        Of("reinforcement: { prompts: 32, updates: 5 }").ShouldContain(r => r.Contains("6 or 7 each", StringComparison.Ordinal));
        Of("reinforcement: { samples: 2 }").ShouldContain(r => r.Contains("Groups of 2", StringComparison.Ordinal));
        Of("supervised: { tokens: 0 }").ShouldContain(r => r.Contains("random weights", StringComparison.Ordinal));
        Of("supervised: { tokens: 0 }\nreinforcement: { steps: 0 }").ShouldContain(r => r.Contains("Every stage is skipped", StringComparison.Ordinal));
        Of("reinforcement: { max_tokens: 5 }").ShouldContain(r => r.Contains("most completions will be cut off", StringComparison.Ordinal));
        Of("evaluation: { max_tokens: 100 }").ShouldContain(r => r.Contains("measure different things", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_text_says_the_units_and_the_time_is_measured()
    {
        var plan = Planner.Plan(TinyRun.ExpertRecipe());
        var time = TimeEstimate.Measure(plan, 1);
        time.Total.ShouldBeGreaterThan(0);
        double.IsFinite(time.Total).ShouldBeTrue();
        time.Total.ShouldBe(time.Supervised + time.ExpertIteration + time.Reinforcement + time.Evaluation, 1e-9);
        var text = string.Join('\n', PlanText.Full(plan, Large, time).Select(l => $"{l.Name} {l.Text}"));
        text.ShouldContain("2 steps: 4 prompts x 4 samples = 16 sequences a step, in 2 optimizer steps of 8 sequences");
        text.ShouldContain("2 rounds: 24 prompts x 4 samples = 96 completions a round, of which at most 96 are kept");
        text.ShouldContain("tokens/s trained");
        string.Join('\n', PlanText.Brief(plan)).ShouldContain("8 sequences an optimizer step");
    }
}
