namespace Deliberate.Training.Tests;

/// <summary>Reinforcement learning with each objective, and the advantages that belong to it, raises the reward of a tiny task.</summary>
public sealed class LearningTests
{
    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    public static TheoryData<string> Estimators => ["group", "batch", "none", "gdpo", "rloo", "opo", "gpg", "pass_at_k", "remax", "gae"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_reward_rises_with_every_objective(string name)
    {
        var objective = PolicyObjectives.Create(name);
        Learn(objective, Estimator(name switch
        {
            "dr_grpo" => "none",
            "rloo" or "opo" or "gpg" or "remax" => name,
            "ppo" => "gae",
            "reinforce_pp" => "reinforce_pp",
            "reinforce_pp_baseline" => "reinforce_pp_baseline",
            _ => "group",
        }));
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void The_reward_rises_with_every_advantage_estimator(string name) => Learn(PolicyObjectives.Create("grpo"), Estimator(name));

    private static void Learn(IPolicyObjective objective, Func<double[], int[], int[], (double[] Sequence, double[] Token)> estimate)
    {
        var policy = new ToyPolicy(seed: 17);
        var before = policy.ExpectedReward;
        for (var step = 0; step < 60; step++) policy.Train(objective, estimate, step, rate: 0.2);
        Golden.Report($"{objective.Name}: reward {before:F2} before, {policy.ExpectedReward:F2} after; steps", 60);
        before.ShouldBe(0.2, 1e-12);
        policy.ExpectedReward.ShouldBeGreaterThan(0.7);
    }

    private static Func<double[], int[], int[], (double[] Sequence, double[] Token)> Estimator(string name) => (rewards, groups, offsets) =>
    {
        var advantages = new double[rewards.Length];
        double[] token = new double[offsets[^1]], atEnd = new double[token.Length], returns = new double[token.Length];
        for (var i = 0; i < rewards.Length; i++) atEnd[offsets[i + 1] - 1] = rewards[i];
        int[] lengths = [.. rewards.Select((_, i) => offsets[i + 1] - offsets[i])];
        switch (name)
        {
            case "group" or "batch" or "none":
                GroupAdvantages.Compute(rewards, groups, Enum.Parse<AdvantageScaling>(name, ignoreCase: true), advantages);
                break;
            case "gdpo":
                GdpoAdvantages.Compute(rewards, [1], groups, advantages);
                break;
            case "rloo":
                RlooAdvantages.Compute(rewards, groups, advantages);
                break;
            case "opo":
                OpoAdvantages.Compute(rewards, lengths, groups, advantages);
                break;
            case "gpg":
                GpgAdvantages.Compute(rewards, groups, advantages);
                break;
            case "pass_at_k":
                PassAtKAdvantages.Compute(rewards, groups, advantages);
                break;
            case "remax":
                ReMaxAdvantages.Compute(rewards, [.. rewards.Select(_ => 0.4)], advantages);
                break;
            case "gae":
                GeneralisedAdvantages.Compute(atEnd, [.. token.Select(_ => 0.4)], offsets, [], 1, 0.95, token, returns);
                Whitening.Apply(token, []);
                return ([], token);
            case "reinforce_pp":
                ReinforcePlusPlusAdvantages.Compute(atEnd, offsets, [], 1, returns, token);
                return ([], token);
            case "reinforce_pp_baseline":
                ReinforcePlusPlusBaselineAdvantages.Compute(rewards, groups, offsets, [], token);
                return ([], token);
            default:
                throw new InvalidOperationException(name);
        }

        return (advantages, []);
    };
}
