using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Samples that are used more than once, are older than the policy or drawn through a filter; the KL in the reward; as recipes ask for them.</summary>
public sealed class OffPolicyRunTests(TrainedBase trained)
{
    private const string Every = "checkpoint: { every: 1, keep_last: 9 }";

    [Fact]
    public void Each_step_trained_again_from_what_was_kept_is_the_same_to_the_bit()
    {
        var recipe = TinyRun.OffPolicyRecipe();
        var folder = trained.Run(trained.Recipe("", Every).Reinforced(_ => recipe.Reinforcement));
        for (var step = 1; step <= 6; step++)
        {
            var replay = StepReplay.Run(folder, step, 1);
            replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty($"step {step}");
            (replay.DifferentAdvantages, replay.WeightsDiffer).ShouldBe((0, 0), $"step {step}");
        }

        Metrics(folder).Select(m => m["rl/sample_age"]).ShouldBe([0, 1, 2, 0, 1, 2]);
    }

    [Fact]
    public void A_run_stopped_after_each_step_and_resumed_ends_in_the_same_bits()
    {
        var recipe = trained.Recipe("").Reinforced(_ => TinyRun.OffPolicyRecipe().Reinforcement);
        var whole = trained.Run(recipe);
        var folder = trained.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(9);
        }

        TinyRun.ShouldEqual(folder, whole);
    }

    [Fact]
    public void Stale_samples_are_those_of_the_policy_that_was_renewed_last()
    {
        var folder = trained.Run(trained.Recipe("objective: ppo\nstaleness: 1", Every).Reinforced(r => r with { Steps = 4 }));
        foreach (var (step, sampledBy) in new[] { (1, RunFolder.Base), (2, RunFolder.Base), (3, "rl-000002"), (4, "rl-000002") })
        {
            using var device = Device.Cpu(1);
            using var policy = ReferencePolicy.Load(new RunFolder(folder).Checkpoint(sampledBy), device, 512, 160, 1);
            PolicySample[] samples = [.. SampleStore.Read(Path.Combine(folder, SampleStore.FileName), step).Select(s => new PolicySample([.. s.PromptTokens], new Rollout([.. s.Tokens], [.. s.Logp], [.. s.Logp], FinishReason.Stop), 0))];
            policy.DistanceOf(samples).ShouldBe(0, $"step {step}");
        }

        // What the trainer computes for stale samples differs, and is not taken for a defect.
        Metrics(folder).Select(m => m.ContainsKey("rl/sampler_mismatch")).ShouldBe([true, false, true, false]);
        Metrics(folder)[1]["policy/ratio_max"].ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Iterations_pass_over_all_mini_batches_again()
    {
        var once = Metrics(trained.Run(trained.Recipe("objective: ppo\nupdates: 2").Reinforced(r => r with { Steps = 1 })))[0];
        var folder = trained.Run(trained.Recipe("objective: ppo\nupdates: 2\niterations: 3").Reinforced(r => r with { Steps = 1 }));
        var thrice = Metrics(folder)[0];
        thrice["rl/trained_samples"].ShouldBe(once["rl/trained_samples"]);
        thrice["policy/approx_kl_k3"].ShouldBeGreaterThan(once["policy/approx_kl_k3"]);
        using var optimizer = SafetensorsFile.Open(Path.Combine(new RunFolder(folder).Checkpoint(RunFolder.Final), "training", OptimizerFile.FileName));
        optimizer.Metadata["steps"].ShouldBe("6");
    }

    [Fact]
    public void A_KL_in_the_reward_is_measured_subtracted_and_steered_by_its_formula()
    {
        var folder = trained.Run(trained.Recipe("objective: rloo\nkl: { in_reward: 0.5, target: 0.01, horizon: 64 }").Reinforced(r => r with { Steps = 4 }));
        var metrics = Metrics(folder);
        var coefficient = 0.5;
        foreach (var step in metrics)
        {
            step["rl/kl_coefficient"].ShouldBe(coefficient, 1e-12);
            // 32 samples a step.
            coefficient *= 1 + (Math.Clamp((step["rl/kl_in_reward"] / 0.01) - 1, -0.2, 0.2) * 32 / 64);
        }

        // The policy of the first step is the reference: nothing is subtracted, afterwards something is.
        metrics[0]["rl/kl_in_reward"].ShouldBe(0);
        metrics[1]["rl/kl_in_reward"].ShouldNotBe(0);
        var group = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), 2).GroupBy(s => s.Problem).First(g => g.Select(s => string.Join(' ', s.Tokens)).Distinct().Count() > 1 && g.Select(s => s.Reward).Distinct().Count() == 1);
        group.ShouldContain(s => s.Advantage != 0);
    }

    [Fact]
    public void A_reference_is_renewed_when_it_is_due()
    {
        var folder = trained.Run(trained.Recipe("objective: grpo\noptions: { kl_coefficient: 0.1 }\nkl: { renew_every: 2 }").Reinforced(r => r with { Steps = 4 }));
        Metrics(folder).Select(m => m["policy/reference_kl_k3"] == 0).ShouldBe([true, false, true, false]);
    }

    [Fact]
    public void A_KL_in_the_loss_is_steered_too()
    {
        var folder = trained.Run(trained.Recipe("objective: grpo\noptions: { kl_coefficient: 0.1 }\nkl: { target: 1 }"));
        var coefficients = Metrics(folder).Select(m => m["rl/kl_coefficient"]).ToArray();
        coefficients[0].ShouldBe(0.1);
        coefficients[1].ShouldBeLessThan(0.1);
    }

    [Theory]
    [InlineData("sampler_correction: { mode: token_truncate }")]
    [InlineData("sampler_correction: { mode: sequence_mask, minimum: 0.5 }")]
    [InlineData("rollout_correction: { weights: sequence, normalize: true }")]
    public void Filtered_samples_are_weighed_by_their_difference_from_the_policy(string correction)
    {
        var folder = trained.Run(trained.Recipe($"objective: grpo\ntop_k: 2\n{correction}"));
        var metrics = Metrics(folder)[0];
        // What a filter leaves out makes the rest likelier: the policy's own probability is the lower one.
        metrics["rl/sampler_difference_mean"].ShouldBeGreaterThan(0);
        metrics["rl/correction_weight_mean"].ShouldBeInRange(0.01, 0.999999);
        metrics.Keys.ShouldNotContain("rl/sampler_mismatch");
        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), 1).ToArray();
        samples.ShouldAllBe(s => s.BehaviourLogp!.Zip(s.Logp, (b, l) => b >= l).All(above => above));
        samples.Average(s => s.BehaviourLogp!.Zip(s.Logp, (b, l) => (double)b - l).Average()).ShouldBeGreaterThan(0);
        TrainedBase.Weights(folder).ShouldNotBe(TrainedBase.Weights(trained.Run(trained.Recipe("objective: grpo"))));
    }

    [Fact]
    public void Stop_strings_end_completions_in_training_and_evaluation()
    {
        var free = SampleStore.Read(Path.Combine(trained.Run(trained.Recipe("").Reinforced(r => r with { Steps = 1 })), SampleStore.FileName)).ToArray();
        var yes = free.First(s => s.Text == "yes").Tokens[0];
        var recipe = trained.Recipe("stop: ['yes']").Reinforced(r => r with { Steps = 1 }) with { Evaluation = new EvaluationRecipe { Problems = 16, MaxTokens = 6, QuickProblems = 4 } };
        var folder = trained.Run(recipe);
        var stopped = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).Where(s => s.Tokens.Contains(yes)).ToArray();
        stopped.ShouldNotBeEmpty();
        // The string is among the tokens that are trained on, and is no part of the answer.
        stopped.ShouldAllBe(s => s.Tokens.Last() == yes && s.Tokens.Count(t => t == yes) == 1 && s.FinishReason == "stop" && !s.Text.Contains("yes", StringComparison.Ordinal));
        free.ShouldContain(s => s.Tokens.Contains(yes) && s.Tokens.Last() != yes);
        EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final)).ShouldAllBe(s => !s.Sample.Completion.Contains("yes", StringComparison.Ordinal));
    }

    [Fact]
    public void Masked_samples_stay_in_the_mean_and_leave_the_loss()
    {
        // A budget of one token cuts all of them off.
        var folder = trained.Run(trained.Recipe("objective: grpo\nmask_truncated: true").Reinforced(r => r with { MaxTokens = 1 }));
        Metrics(folder).ShouldAllBe(m => m["rl/masked_truncated"] == 32 * m["rl/truncated"] && m["rl/idle_minibatches"] == 1);
        TrainedBase.Weights(folder).ShouldBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
    }

    [Fact]
    public void A_mini_batch_of_masked_samples_alone_takes_no_step_whatever_other_terms_there_are()
    {
        // Few end within one token by themselves: most mini-batches have none of them, and then neither KL nor entropy has a gradient.
        var metrics = Metrics(trained.Run(trained.Recipe("objective: grpo\nmask_truncated: true\nupdates: 4\noptions: { kl_coefficient: 0.1, entropy_coefficient: 0.1 }").Reinforced(r => r with { MaxTokens = 1 })));
        metrics.Sum(m => m.GetValueOrDefault("rl/idle_minibatches")).ShouldBeGreaterThan(0);
        metrics.ShouldAllBe(m => !m.ContainsKey("rl/sampler_mismatch") || m["rl/sampler_mismatch"] < 1e-6);
    }

    [Theory]
    [InlineData("objective: reinforce\niterations: 2", "iterations", "no importance ratio")]
    [InlineData("objective: remax\nstaleness: 1", "staleness", "no importance ratio")]
    [InlineData("top_p: 0.9", "top_p", "Name sampler_correction or rollout_correction")]
    [InlineData("top_k: 5", "top_k", "not the policy's own")]
    [InlineData("min_p: 0.1", "min_p", "not the policy's own")]
    [InlineData("sampler_correction: {}", "sampler_correction", "every weight is 1")]
    [InlineData("rollout_correction: { weights: token }", "rollout_correction", "every weight is 1")]
    [InlineData("staleness: 1\nsampler_correction: {}\nrollout_correction: { weights: token }", "rollout_correction", "name one of them")]
    [InlineData("staleness: 1\nrollout_correction: {}", "rollout_correction.weights", "nothing is corrected")]
    [InlineData("staleness: 1\nrollout_correction: { weights: geometric }", "rollout_correction.weights", "for rejection only")]
    [InlineData("staleness: 1\nrollout_correction: { weights: token, threshold: 0.9 }", "rollout_correction.threshold", "below 1")]
    [InlineData("staleness: 1\nrollout_correction: { reject: geometric, upper: 0.99 }", "rollout_correction.upper", "below 1")]
    [InlineData("staleness: 1\nrollout_correction: { reject: token, upper: 1.5, lower: 1.6 }", "rollout_correction.lower", "everything would be rejected")]
    [InlineData("staleness: 1\nsampler_correction: { minimum: 4 }", "sampler_correction.minimum", "above the maximum")]
    [InlineData("options: { kl_coefficient: 0.1 }\nkl: { in_reward: 0.1 }", "kl", "count twice")]
    [InlineData("kl: { target: 0.1 }", "kl", "Nothing compares with a reference")]
    [InlineData("kl: { renew_every: 5 }", "kl", "Nothing compares with a reference")]
    [InlineData("kl: { in_reward: 0.1, horizon: 5 }", "kl.horizon", "Without a target")]
    [InlineData("advantage: gdpo\nkl: { in_reward: 0.1 }", "kl", "options.kl_coefficient")]
    [InlineData("stop: ['']", "stop", "empty")]
    [InlineData("iterations: 0", "iterations", "at least 1")]
    public void What_does_not_go_together_is_refused_with_the_reason(string reinforcement, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: a\nreinforcement:\n  {reinforcement.ReplaceLineEndings("\n  ")}\n", "a.yaml"));
        error.Message.ShouldContain($"reinforcement.{field}: ");
        error.Message.ShouldContain(says);
    }

    private static IReadOnlyDictionary<string, double>[] Metrics(string folder) => [.. MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("rl/accuracy")).Select(m => m.Values)];
}
