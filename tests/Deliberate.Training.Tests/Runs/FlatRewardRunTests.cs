using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Equal rewards teach a whole run nothing, whatever number they are.</summary>
public sealed class FlatRewardRunTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(1.0 / 3)]
    [InlineData(0.5)]
    [InlineData(-1.5)]
    public void A_step_whose_rewards_are_equal_moves_no_weight_by_the_momentum_of_those_before(double reward)
    {
        var done = 0;
        using var run = new JudgedRun(sample => done < 2 && sample.Attempt % 2 == 0 ? Verdict.Pass() : Verdict.Fail("wrong", reward), (stage, step) => done = stage == RunStage.Reinforcement ? step : 0);
        run.Train("""
            problems: { train: [problems.jsonl], verifier: { name: {judge} } }
            reinforcement: { steps: 3, prompts: 2, samples: 8, max_tokens: 6, temperature: 0.5, advantage: group }
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

    private static byte[] Weights(JudgedRun run, string checkpoint) => File.ReadAllBytes(Path.Combine(run.Folder.Checkpoint(checkpoint), "model.safetensors"));
}
