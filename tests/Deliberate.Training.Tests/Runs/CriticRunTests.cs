using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>PPO with its critic, as a recipe asks for it: values, returns, their loss, what is kept of it.</summary>
public sealed class CriticRunTests(TrainedBase trained)
{
    private const string Every = "checkpoint: { every: 1, keep_last: 99 }";

    [Fact]
    public void A_critic_learns_what_is_to_come_and_leaves_the_policy_to_its_advantages()
    {
        var folder = trained.Run(trained.Recipe("objective: ppo\niterations: 4\ncritic: { optimizer: { kind: adamw, learning_rate: 0.01 }, clip: 10 }").Reinforced(r => r with { Steps = 12, Optimizer = r.Optimizer with { LearningRate = 1e-9 } }));
        var metrics = Metrics(folder);
        // Its values are 0 at first and come near to what answers earn; the policy stands nearly still meanwhile.
        metrics[0]["critic/value_mean"].ShouldBe(0);
        var earned = metrics.Average(m => m["rl/reward_mean"]);
        metrics[^1]["critic/value_mean"].ShouldBeInRange(earned - 0.15, earned + 0.15);
        metrics.Skip(8).Average(m => m["critic/loss"]).ShouldBeLessThan(metrics.Take(2).Average(m => m["critic/loss"]));
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ShouldContain(s => s.Advantage > 0);
    }

    [Fact]
    public void A_critic_that_is_not_finite_three_times_in_a_row_stops_the_run()
    {
        // The values that it tells are advantages that are no numbers, so its first update must do it: what it says then no policy learns from.
        var recipe = trained.Recipe("objective: ppo\niterations: 4\ncritic: { warmup: 9, optimizer: { kind: sgd, learning_rate: 1.0e+38 } }").Reinforced(r => r with { Steps = 9 });
        var folder = trained.NewFolder();
        using var run = TrainingRun.Start(recipe, folder, 1);
        var error = Should.Throw<UserError>(() => run.Execute());
        error.Message.ShouldContain("3rd in a row");
        Directory.GetFiles(Path.Combine(folder, RunFolder.SkippedFolder)).ShouldAllBe(file => Path.GetFileName(file).Contains("-critic", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_step_trained_again_is_the_same_to_the_bit_and_so_is_a_run_that_was_stopped_after_each()
    {
        var recipe = trained.Recipe("objective: ppo\niterations: 2\nupdates: 2\nstaleness: 1\ndiscount: 0.99\nkl: { in_reward: 0.01 }\ncritic: { warmup: 1 }", Every).Reinforced(r => r with { Steps = 4 });
        var whole = trained.Run(recipe);
        for (var step = 1; step <= 4; step++)
        {
            var replay = StepReplay.Run(whole, step, 1);
            replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty($"step {step}");
            (replay.DifferentAdvantages, replay.WeightsDiffer).ShouldBe((0, 0), $"step {step}");
        }

        var folder = trained.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(9);
        }

        // The critic's weights and moments are among the files that are compared.
        Directory.Exists(Path.Combine(new RunFolder(whole).Checkpoint(RunFolder.Final), "training", "critic")).ShouldBeTrue();
        TinyRun.ShouldEqual(folder, whole);
    }

    [Fact]
    public void While_the_critic_warms_up_the_policy_stays()
    {
        var folder = trained.Run(trained.Recipe("objective: ppo\ncritic: { warmup: 2 }"));
        TrainedBase.Weights(folder).ShouldBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
        Metrics(folder).ShouldAllBe(m => m["critic/grad_norm"] > 0 && m["policy/entropy"] > 0);
    }

    [Fact]
    public void It_is_kept_as_Hugging_Face_keeps_a_head_of_tokens()
    {
        var folder = trained.Run(trained.Recipe("objective: ppo"));
        var critic = Path.Combine(new RunFolder(folder).Checkpoint(RunFolder.Final), "training", "critic");
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(critic, "config.json")));
        config.RootElement.GetProperty("architectures")[0].GetString().ShouldBe("LlamaForTokenClassification");
        config.RootElement.GetProperty("id2label").EnumerateObject().Count().ShouldBe(1);
        using var weights = SafetensorsFile.Open(Path.Combine(critic, "model.safetensors"));
        weights.Info("score.weight").Shape.ShouldBe([1, 32]);
        weights.Info("score.bias").Shape.ShouldBe([1]);
        weights.Contains("lm_head.weight").ShouldBeFalse();
        var score = new float[32];
        weights.Read("score.weight", score);
        score.ShouldContain(w => w != 0);
    }

    [Theory]
    [InlineData("objective: grpo\ncritic: { warmup: 1 }", "critic", "have no use for a critic")]
    [InlineData("objective: ppo\nadvantage: group\ncritic: {}", "critic", "Name advantage: gae")]
    [InlineData("objective: ppo\ncritic: null", "critic", "leave the key out")]
    [InlineData("objective: ppo\ncritic: { lambda: 1.5 }", "critic.lambda", "at most 1")]
    [InlineData("objective: gspo\nadvantage: gae", "advantage", "gspo_token takes both")]
    public void A_critic_without_use_is_refused_with_the_reason(string reinforcement, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: a\nreinforcement:\n  {reinforcement.ReplaceLineEndings("\n  ")}\n", "a.yaml"));
        error.Message.ShouldContain($"reinforcement.{field}: ");
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void A_damaged_critic_is_named()
    {
        var recipe = trained.Recipe("objective: ppo", Every);
        var folder = trained.NewFolder();
        using (var stop = new CancellationTokenSource())
        using (var run = TrainingRun.Start(recipe, folder, 1, new StepObserver((_, _) => stop.Cancel()))) run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        var weights = Path.Combine(new RunFolder(folder).Newest()!, "training", "critic", "model.safetensors");
        File.Delete(weights);
        using var resumed = TrainingRun.Resume(folder, 1);
        Should.Throw<UserError>(() => resumed.Execute()).Message.ShouldContain(Path.Combine("critic", "model.safetensors"));
    }

    private static IReadOnlyDictionary<string, double>[] Metrics(string folder) => [.. MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("rl/accuracy")).Select(m => m.Values)];
}
