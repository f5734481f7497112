using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Equal rewards teach a whole run nothing, whatever number they are.</summary>
public sealed class FlatRewardRunTests
{
    [Theory]
    [InlineData(0.1, "dapo")]
    [InlineData(1.0 / 3, "dapo")]
    [InlineData(0.5, "dapo")]
    [InlineData(-1.5, "dapo")]
    [InlineData(0.1, "kl_cov")]
    public void A_step_whose_rewards_are_equal_moves_no_weight_by_the_momentum_of_those_before(double reward, string objective)
    {
        var done = 0;
        using var run = new JudgedRun(sample => done < 2 && sample.Attempt % 2 == 0 ? Verdict.Pass() : Verdict.Fail("wrong", reward), (stage, step) => done = stage == RunStage.Reinforcement ? step : 0);
        run.Train($$$"""
            problems: { train: [problems.jsonl], verifier: { name: {judge} } }
            reinforcement: { steps: 3, prompts: 2, samples: 8, max_tokens: 6, temperature: 0.5, objective: {{{objective}}}, advantage: group }
            evaluation: { problems: 0 }

            """);
        run.Metrics.Where(m => m.Values.ContainsKey("rl/accuracy")).Select(m => m.Values.GetValueOrDefault("rl/idle_minibatches")).ShouldBe([0, 0, 1]);
        Weights(run, "rl-000002").ShouldBe(Weights(run, RunFolder.Final));
        Weights(run, "rl-000001").ShouldNotBe(Weights(run, "rl-000002"));
    }

    [Theory]
    [InlineData("group")]
    [InlineData("batch")]
    [InlineData("none")]
    public void A_flat_group_beside_others_is_recorded_with_no_advantage_and_counted(string scaling)
    {
        using var run = new JudgedRun(sample => sample.Problem.Index % 2 == 0 ? Verdict.Fail("wrong", 0.1) : sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong", 0.1));
        run.Train($$$"""
            problems: { train: [problems.jsonl], verifier: { name: {judge} } }
            reinforcement: { steps: 2, prompts: 8, samples: 8, max_tokens: 6, temperature: 0.5, advantage: {{{scaling}}} }
            evaluation: { problems: 0 }

            """);
        var samples = run.Samples;
        var flat = samples.GroupBy(s => (s.Step, s.Problem)).Where(g => g.All(s => s.Reward == 0.1)).ToList();
        flat.Count.ShouldBeInRange(1, 15);
        flat.SelectMany(g => g).ShouldAllBe(s => s.Advantage == 0);
        samples.Where(s => s.Reward == 1).ShouldAllBe(s => s.Advantage > 0.1);
        run.Metrics.Where(m => m.Values.ContainsKey("rl/frac_reward_zero_std")).Sum(m => 8 * m.Values["rl/frac_reward_zero_std"]).ShouldBe(flat.Count, 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Flat_groups_that_need_no_pass_leave_what_is_measured_as_it_was_and_a_step_can_be_trained_again(int updates)
    {
        using var run = new JudgedRun(sample => sample.Problem.Index % 2 == 0 ? Verdict.Fail("wrong", 0.1) : sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong", 0.1));
        IReadOnlyDictionary<string, double>[] Steps(string skips)
        {
            run.Train($$$"""
                problems: { train: [problems.jsonl], verifier: { name: {judge} } }
                reinforcement: { steps: 2, prompts: 8, samples: 8, updates: {{{updates}}}, max_tokens: 6, temperature: 0.5, objective: grpo, shared_prompt: on, skip_idle_samples: {{{skips}}} }
                evaluation: { problems: 0 }

                """);
            return [.. run.Metrics.Where(m => m.Values.ContainsKey("rl/accuracy")).Select(m => m.Values)];
        }

        var all = Steps("off");
        var before = run.Samples;
        var some = Steps("on");
        run.Samples.Where(s => s.Step == 1).Select(SampleStore.Line).ShouldBe(before.Where(s => s.Step == 1).Select(SampleStore.Line));
        some[0].Keys.ShouldBe([.. all[0].Keys, "rl/idle_samples"], ignoreOrder: true);
        foreach (var (name, value) in all[0]) some[0][name].ShouldBe(value, 1e-6 * Math.Max(1, Math.Abs(value)), name);
        // Of the mini-batches that made an update: those that are flat throughout are left out as they are.
        var flat = run.Samples.Where(s => s.Step == 1).GroupBy(s => s.Problem).Count(g => g.All(s => s.Advantage == 0));
        some[0]["rl/idle_samples"].ShouldBeInRange(1, 8 * flat);
        if (updates == 1) some[0]["rl/idle_samples"].ShouldBe(8 * flat);
        for (var step = 1; step <= 2; step++) StepReplay.Run(run.Folder.Root, step, 1).IsSame.ShouldBeTrue($"step {step}");
    }

    private static byte[] Weights(JudgedRun run, string checkpoint) => File.ReadAllBytes(Path.Combine(run.Folder.Checkpoint(checkpoint), "model.safetensors"));
}
