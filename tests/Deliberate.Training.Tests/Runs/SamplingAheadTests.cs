using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Sampling beside training: which weights sample which step, the bits of lag 0, and a run that is stopped and goes on.</summary>
public sealed class SamplingAheadTests(TrainedBase trained)
{
    private const string Every = "checkpoint: { every: 1, keep_last: 9 }";

    [Fact]
    public void A_lag_of_0_ends_in_the_bits_of_the_run_without()
    {
        var with = trained.Run(trained.Recipe("objective: ppo\nlag: 0").Reinforced(r => r with { Steps = 4 }));
        var without = trained.Run(trained.Recipe("objective: ppo").Reinforced(r => r with { Steps = 4 }));
        TrainedBase.Weights(with).ShouldBe(TrainedBase.Weights(without));
        TrainedBase.Weights(with).ShouldNotBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
        Tokens(with).ShouldBe(Tokens(without));
    }

    [Fact]
    public void Each_step_is_sampled_from_the_weights_that_the_step_before_began_with()
    {
        var folder = trained.Run(trained.Recipe("objective: ppo\nlag: 1\nsampler_correction: { mode: token_truncate }", Every).Reinforced(r => r with { Steps = 4 }));
        foreach (var (step, by, version) in new[] { (1, RunFolder.Base, 0), (2, RunFolder.Base, 0), (3, "rl-000001", 1), (4, "rl-000002", 2) })
        {
            using var device = Device.Cpu(1);
            using var policy = ReferencePolicy.Load(new RunFolder(folder).Checkpoint(by), device, 512, 160, 1);
            var records = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), step).ToArray();
            PolicySample[] samples = [.. records.Select(s => new PolicySample([.. s.PromptTokens], new Rollout([.. s.Tokens], [.. s.Logp], [.. s.Logp], FinishReason.Stop), 0))];
            policy.DistanceOf(samples).ShouldBe(0, $"step {step}");
            records.ShouldAllBe(s => s.WeightVersion!.EndsWith($"-{version}", StringComparison.Ordinal), $"step {step}");
        }

        var metrics = Values(folder, MetricsStream.MetricsFile, "rl/accuracy");
        metrics.Select(m => m["rl/sample_age"]).ShouldBe([0, 1, 1, 1]);
        metrics.Select(m => m["rl/sampler_difference_mean"] > 0).ShouldBe([false, true, true, true]);
        Values(folder, MetricsStream.TimingsFile, "rl/seconds").ShouldAllBe(m => m["rl/waited_share"] >= 0 && m["rl/waited_share"] <= 1);
    }

    [Fact]
    public void Neither_threads_nor_stops_nor_the_clock_change_a_bit()
    {
        var recipe = trained.Recipe("objective: ppo\nlag: 1", Every).Reinforced(r => r with { Steps = 5 });
        var whole = trained.Run(recipe);
        TinyRun.ShouldEqual(TinyRun.Start(recipe, trained.NewFolder(), threads: 3), whole);
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
        for (var step = 1; step <= 5; step++) StepReplay.Run(folder, step, 1).WeightsDiffer.ShouldBe(0, $"step {step}");
    }

    [Theory]
    [InlineData("adapter: { rank: 4, base: bf16 }")]
    [InlineData("adapter: { kind: dora, rank: 2 }")]
    public void An_adapter_is_sampled_ahead_from_the_one_that_the_step_before_began_with(string adapter)
    {
        var zero = trained.Run(trained.Recipe("objective: ppo\nadvantage: group\nlag: 0", adapter).Reinforced(r => r with { Steps = 3 }));
        var without = trained.Run(trained.Recipe("objective: ppo\nadvantage: group", adapter).Reinforced(r => r with { Steps = 3 }));
        Adapter(zero).ShouldBe(Adapter(without), "lag 0 takes turns");
        var recipe = trained.Recipe("objective: ppo\nadvantage: group\nlag: 1\nsampler_correction: { mode: token_truncate }", $"{adapter}\n{Every}").Reinforced(r => r with { Steps = 4 });
        var folder = trained.Run(recipe);
        Adapter(folder).ShouldNotBe(Adapter(without));
        foreach (var (step, by) in new[] { (1, RunFolder.Base), (2, RunFolder.Base), (3, "rl-000001"), (4, "rl-000002") })
        {
            using var device = Device.Cpu(1);
            using var policy = ReferencePolicy.Load(new RunFolder(folder).Checkpoint(by), device, 512, 160, 1);
            PolicySample[] samples = [.. SampleStore.Read(Path.Combine(folder, SampleStore.FileName), step).Select(s => new PolicySample([.. s.PromptTokens], new Rollout([.. s.Tokens], [.. s.Logp], [.. s.Logp], FinishReason.Stop), 0))];
            // The base is held narrow in the run, with weights that bf16 does not hold whole.
            policy.DistanceOf(samples).ShouldBeLessThan(adapter.Contains("bf16", StringComparison.Ordinal) ? 1e-4 : 1e-12, $"step {step}");
        }
    }

    [Fact]
    public void Episodes_are_played_ahead_and_a_run_that_is_stopped_ends_in_the_same_bits()
    {
        var recipe = EnvironmentRunTests.Recipe("objective: ppo\n  lag: 1\n  sampler_correction: { mode: token_truncate }", steps: 5) with { Checkpoint = new CheckpointRecipe { Every = 1, KeepLast = 9 } };
        var whole = trained.Run(recipe);
        Values(whole, MetricsStream.MetricsFile, "rl/accuracy").Select(m => m["rl/sample_age"]).ShouldBe([0, 1, 1, 1, 1]);
        SampleStore.Read(Path.Combine(whole, SampleStore.FileName)).Where(s => s.Turns.Count > 1).ShouldNotBeEmpty();
        var folder = trained.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((stage, _) =>
            {
                if (stage == RunStage.Reinforcement) stop.Cancel();
            });
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(9);
        }

        TinyRun.ShouldEqual(folder, whole);
    }

    [Theory]
    [InlineData("lag: 2", "lag", "at most 1")]
    [InlineData("lag: 1\nstaleness: 1", "lag", "how old samples are")]
    [InlineData("lag: 1\ndynamic_sampling: true", "lag", "when training waits for it")]
    [InlineData("lag: 1\nobjective: reinforce", "lag", "no importance ratio")]
    [InlineData("lag: 1\nobjective: remax", "lag", "most likely completion")]
    [InlineData("lag: 1\ncurriculum: { kind: promotion }", "lag", "drawn already")]
    [InlineData("lag: 0\nsampler_correction: {}", "sampler_correction", "every weight is 1")]
    public void What_does_not_go_together_is_refused_with_the_reason(string reinforcement, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: a\nreinforcement:\n  {reinforcement.ReplaceLineEndings("\n  ")}\n", "a.yaml"));
        error.Message.ShouldContain($"reinforcement.{field}: ");
        error.Message.ShouldContain(says);
    }

    private static byte[] Adapter(string folder) => File.ReadAllBytes(Path.Combine(new RunFolder(folder).Checkpoint(RunFolder.Final), AdapterFile.WeightsName));

    private static string[] Tokens(string folder) => [.. SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).Select(s => string.Join(' ', s.Tokens))];

    private static IReadOnlyDictionary<string, double>[] Values(string folder, string file, string with) => [.. MetricsStream.Read(Path.Combine(folder, file)).Where(m => m.Values.ContainsKey(with)).Select(m => m.Values)];
}
