using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Real runs, made to fail in each way, ring the alarm of that way, on the console and in the report; a healthy one rings none.</summary>
public sealed class HostileRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_healthy_run_rings_none()
    {
        var (folder, notices) = Run(Healthy());
        RunHealth.Of(folder, Healthy()).Rung.ShouldBeEmpty();
        notices.ShouldNotContain(n => n.Contains("ALARM", StringComparison.Ordinal));
        RunReport.Build(folder.Root).Chapters.Single(c => c.Id == RunHealthChapter.Id).Findings.ShouldContain(f => f.Level == FindingLevel.Good && f.Text.Contains($"none of the {HealthAlarms.All.Count} alarms rang", StringComparison.Ordinal));
        // What the alarms look at was measured.
        var metrics = MetricsStream.Read(Path.Combine(folder.Root, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("rl/accuracy")).ToArray();
        metrics.ShouldAllBe(m => m.Values["rl/sampler_mismatch"] == 0);
        metrics.Count(m => m.Values.ContainsKey("policy/reference_kl_k3")).ShouldBe(2);
        metrics[^1].Values["policy/reference_kl_k3"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_budget_that_is_too_small_rings_truncation() =>
        ShouldRing(Healthy(r => r with { MaxTokens = 1 }), "truncation", "cut off by the token budget", "Raise max_tokens");

    [Fact]
    public void Problems_that_are_never_right_ring_one_sided_and_flat_groups()
    {
        var recipe = Healthy() with { Family = new FamilyRecipe { Levels = [6] }, Supervised = new SupervisedRecipe { Tokens = 0 } };
        var folder = ShouldRing(recipe, "one_sided", "steps in a row were wrong", "choose an easier level");
        RunHealth.Of(folder, recipe).Rung.ShouldContain(r => r.Alarm == FlatGroupsAlarm.Entry);
        // Such a step updates nothing, and no number of it is NaN.
        var metrics = MetricsStream.Read(Path.Combine(folder.Root, MetricsStream.MetricsFile)).ToArray();
        metrics.ShouldAllBe(m => m.Values["rl/idle_minibatches"] == 1 && m.Values.Values.All(double.IsFinite));
        File.ReadAllBytes(Path.Combine(folder.Checkpoint(RunFolder.Final), "model.safetensors")).ShouldBe(File.ReadAllBytes(Path.Combine(folder.Checkpoint(RunFolder.Base), "model.safetensors")));
    }

    [Fact]
    public void A_huge_learning_rate_rings_the_distance_from_the_start() =>
        ShouldRing(Healthy(r => r with { Optimizer = r.Optimizer with { LearningRate = 0.1 } }), "reference_kl", "nats a token from the reference policy", "Lower the learning rate");

    [Fact]
    public void A_temperature_that_is_too_low_rings_entropy() =>
        ShouldRing(Healthy(r => r with { Temperature = 0.02 }), "entropy", "nats a token (alarm below 0.005)", "If it solves its problems, it is done");

    [Fact]
    public void Many_updates_within_a_narrow_clip_ring_clip_fraction() =>
        ShouldRing(Healthy(r => r with { Updates = 8, Options = r.Options with { EpsilonLow = 0.001, EpsilonHigh = 0.001 } }), "clip_fraction", "of the ratios are clipped", "make fewer updates");

    [Fact]
    public void Rounds_of_expert_iteration_ring_too()
    {
        var recipe = Healthy(r => r with { Steps = 0 }) with { ExpertIteration = new ExpertIterationRecipe { Rounds = 3, Prompts = 16, Samples = 4, MaxTokens = 1 } };
        ShouldRing(recipe, "truncation", "cut off by the token budget", "Raise max_tokens");
    }

    [Fact]
    public void A_loss_that_is_not_finite_rings_and_says_what_to_do()
    {
        var recipe = Healthy() with { Supervised = Healthy().Supervised with { Optimizer = new OptimizerRecipe { LearningRate = 1e38, MuonLearningRate = 1e38 } } };
        var notices = new List<string>();
        using var run = TrainingRun.Start(recipe, _folder.File("run"), 1, Observer(notices));
        Should.Throw<UserError>(() => run.Execute());
        notices.ShouldContain(n => n.Contains("ALARM non_finite", StringComparison.Ordinal) && n.Contains("Lower the learning rates", StringComparison.Ordinal));
    }

    [Fact]
    public void Wrong_answers_that_run_on_ring_length_drift()
    {
        // A reward of being wrong and long cannot be written in a recipe; a rate that ruins the policy does it too.
        var recipe = Healthy(r => r with { Optimizer = r.Optimizer with { LearningRate = 0.03 } });
        ShouldRing(recipe, "length_drift", "answers have", "dr_grpo");
    }

    [Fact]
    public void Reward_that_does_not_carry_over_rings_held_out()
    {
        // Training is given time to answer, the evaluation is not.
        var recipe = Healthy() with { Evaluation = Healthy().Evaluation with { MaxTokens = 1 } };
        ShouldRing(recipe, "held_out", "held-out accuracy went from 0% to 0%", "Read samples");
    }

    [Fact]
    public void A_threshold_of_the_recipe_holds_and_null_switches_off()
    {
        var hostile = Healthy(r => r with { MaxTokens = 1 });
        foreach (var (threshold, rings) in new (double?, bool)[] { (1, false), (null, false), (0.9, true) })
        {
            var recipe = hostile with { Name = $"t{threshold}", Health = new HealthRecipe { Alarms = new Dictionary<string, double?> { ["truncation"] = threshold } } };
            RunHealth.Of(Run(recipe).Folder, recipe).Rung.Any(r => r.Alarm == TruncationAlarm.Entry).ShouldBe(rings, $"threshold {threshold}");
        }

        var written = TrainRecipe.Parse("name: a\nhealth: { alarms: { truncation: 0.3, entropy: null } }", "r.yaml");
        written.Health.ThresholdOf(TruncationAlarm.Entry).ShouldBe(0.3);
        written.Health.ThresholdOf(EntropyAlarm.Entry).ShouldBeNull();
        written.Health.ThresholdOf(ClippingAlarm.Entry).ShouldBe(0.3);
        RecipeWriter.Write(TrainRecipe.Parse(RecipeWriter.Write(written), "r.yaml")).ShouldBe(RecipeWriter.Write(written));
        Should.Throw<UserError>(() => TrainRecipe.Parse("name: a\nhealth: { alarms: { trunkation: 0.3 } }", "r.yaml")).Message.ShouldContain("Did you mean \"truncation\"?");
    }

    [Fact]
    public void A_run_that_goes_on_remembers_what_it_saw()
    {
        var recipe = Healthy(r => r with { MaxTokens = 1 });
        var folder = _folder.File("cut");
        var notices = new List<string>();
        var outcome = RunOutcome.Interrupted;
        for (var start = 0; outcome == RunOutcome.Interrupted; start++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((stage, _) =>
            {
                if (stage == RunStage.Reinforcement) stop.Cancel();
            });
            using var run = start == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            outcome = run.Execute(stop.Token);
            notices.AddRange(observer.Notices);
        }

        // Told once, in the step in which the window was full, although every step was a run of the program.
        notices.Where(n => n.Contains("ALARM truncation", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldStartWith("step 3: ");
        notices[^1].ShouldContain("truncation in 18 steps of reinforcement, first in step 3");
    }

    /// <summary>Yes-or-no questions, which a model of a few thousand weights learns to answer in the right form, and then better than by chance.</summary>
    private static TrainRecipe Healthy(Func<ReinforcementRecipe, ReinforcementRecipe>? change = null)
    {
        var recipe = TrainRecipe.Parse(
            """
            name: healthy
            micro_batch_tokens: 512
            family: { name: arithmetic-compare, levels: [2], chain_of_thought: false }
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 48, context: 64 }
            supervised: { tokens: 40000, batch_tokens: 1000, schedule: { warmup: 2 } }
            reinforcement: { steps: 20, prompts: 8, samples: 8, max_tokens: 8, optimizer: { kind: adamw, learning_rate: 3e-3 } }
            evaluation: { problems: 60, quick_problems: 60, max_tokens: 8, every: 5 }
            """,
            "healthy.yaml");
        return change is null ? recipe : recipe with { Reinforcement = change(recipe.Reinforcement) };
    }

    private RunFolder ShouldRing(TrainRecipe recipe, string alarm, string seen, string advice)
    {
        var (folder, notices) = Run(recipe);
        var told = notices.Where(n => n.Contains($"ALARM {alarm}:", StringComparison.Ordinal)).ShouldHaveSingleItem($"rang: {string.Join(", ", RunHealth.Of(folder, recipe).Rung.Select(r => r.Alarm.Name))}");
        told.ShouldContain(seen);
        told.ShouldContain(advice);
        // What the report finds is what the run told.
        foreach (var one in RunHealth.Of(folder, recipe).Rung) notices[^1].ShouldContain($"{one.Alarm.Name} {one.Where}");
        var rung = RunHealth.Of(folder, recipe).Rung.Single(r => r.Alarm.Name == alarm);
        RunReport.Build(folder.Root).Chapters.Single(c => c.Id == RunHealthChapter.Id).Findings.ShouldContain(f => f.Level == FindingLevel.Warning && f.Text.Contains($"alarm `{alarm}` rang {rung.Where}", StringComparison.Ordinal) && f.Text.Contains(advice, StringComparison.Ordinal));
        Golden.Report($"{alarm} rang {rung.Where}; at last {rung.Seen}; steps", rung.Steps);
        return folder;
    }

    private (RunFolder Folder, List<string> Notices) Run(TrainRecipe recipe)
    {
        var notices = new List<string>();
        return (new RunFolder(TinyRun.Start(recipe, _folder.File(recipe.Name), observer: Observer(notices))), notices);
    }

    private static StepObserver Observer(List<string> notices) => new((_, _) => { }) { Told = notices.Add };
}
