using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>Golden values of verl 0.7.0 <c>core_algos</c>.</summary>
public sealed class AdvantagesVerlTests
{
    [Fact]
    public void Advantages_are_those_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "advantages_verl.json");
        foreach (var item in cases)
        {
            var expected = item.GetProperty("expected");
            var actual = Compute(item, out var returns);
            Golden.Close(actual, expected.Numbers("token_advantages"), tolerance, item.Name());
            if (returns.Length > 0) Golden.Close(returns, expected.Numbers("token_returns"), tolerance, item.Name() + " returns");
        }

        Golden.Report("advantages of verl", cases.Length);
    }

    [Fact]
    public void Generalised_advantages_are_those_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "gae.json");
        foreach (var item in cases)
        {
            var (inputs, config, expected) = (item.GetProperty("inputs"), item.GetProperty("config"), item.GetProperty("expected"));
            var mask = inputs.Numbers("token_mask");
            double[] advantages = new double[mask.Length], returns = new double[mask.Length];
            GeneralisedAdvantages.Compute(
                inputs.Numbers("token_rewards"), inputs.Numbers("values"), Golden.Offsets(item.Integers("lengths")), mask,
                config.Number("gamma"), config.Number("lam"), advantages, returns);
            Golden.Close(advantages, expected.Numbers("advantages_raw"), tolerance, item.Name());
            Golden.Close(returns, expected.Numbers("returns"), tolerance, item.Name() + " returns");
            Whitening.Apply(advantages, mask, zeroMasked: false);
            Golden.Close(advantages, expected.Numbers("advantages_whitened"), tolerance, item.Name() + " whitened");
        }

        Golden.Report("GAE", cases.Length);
    }

    [Fact]
    public void KL_in_the_reward_is_that_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "kl_in_reward.json");
        foreach (var item in cases)
        {
            var (config, expected) = (item.GetProperty("config"), item.GetProperty("expected"));
            if (item.Get("inputs") is { } inputs)
            {
                var scores = inputs.Numbers("token_scores");
                var rewards = new double[scores.Length];
                KlInReward.SubtractFromTokens(scores, inputs.Numbers("logp_old"), inputs.Numbers("logp_ref"), config.Number("coefficient"), rewards);
                Golden.Close(rewards, expected.Numbers("token_rewards"), tolerance, item.Name());
                continue;
            }

            var coefficient = new AdaptiveKlCoefficient(config.Number("initial"), config.Number("target"), config.Number("horizon"));
            foreach (var step in expected.GetProperty("steps").EnumerateArray())
            {
                coefficient.Update(step.Number("kl"), (int)step.Number("n"));
                Golden.Close(coefficient.Value, step.Number("coefficient"), tolerance, item.Name());
            }
        }

        Golden.Report("KL in the reward", cases.Length);
    }

    private static double[] Compute(JsonElement item, out double[] returns)
    {
        var inputs = item.GetProperty("inputs");
        var lengths = item.Integers("lengths");
        var offsets = Golden.Offsets(lengths);
        var rewards = inputs.Numbers("rewards");
        int[] groups = inputs.Get("groups") is { } ids ? Golden.Offsets(ids.EnumerateArray().GroupBy(id => id.GetInt32()).Select(group => group.Count())) : [];
        var token = new double[offsets[^1]];
        returns = [];
        var oracle = item.GetProperty("oracle").GetString()!;
        if (oracle.EndsWith("reinforce_plus_plus_outcome_advantage", StringComparison.Ordinal))
        {
            returns = new double[token.Length];
            ReinforcePlusPlusAdvantages.Compute(rewards.Length == lengths.Length ? AtTheEnd(rewards, offsets) : rewards, offsets, [], inputs.Number("gamma"), returns, token, flatAsVerl: true);
            return token;
        }

        if (oracle.EndsWith("reinforce_plus_plus_baseline_outcome_advantage", StringComparison.Ordinal))
        {
            ReinforcePlusPlusBaselineAdvantages.Compute(rewards, groups, offsets, [], token, flatAsVerl: true);
            return token;
        }

        var advantages = new double[lengths.Length];
        switch (oracle[(oracle.IndexOf("compute_", StringComparison.Ordinal) + "compute_".Length)..].Replace("_outcome_advantage", "", StringComparison.Ordinal))
        {
            case "grpo":
                var scaling = item.Name().StartsWith("grpo_nostd", StringComparison.Ordinal) ? AdvantageScaling.None : AdvantageScaling.Group;
                GroupAdvantages.Compute(rewards, groups, scaling, advantages, 1e-6, singletonKeepsReward: true);
                break;
            case "rloo":
                RlooAdvantages.Compute(rewards, groups, advantages, singletonKeepsReward: true);
                break;
            case "opo":
                OpoAdvantages.Compute(rewards, lengths, groups, advantages);
                break;
            case "gpg":
                GpgAdvantages.Compute(rewards, groups, advantages);
                break;
            case "grpo_passk":
                PassAtKAdvantages.Compute(rewards, groups, advantages);
                break;
            case "remax":
                ReMaxAdvantages.Compute(rewards, inputs.Numbers("reward_baselines"), advantages);
                break;
            default:
                throw new InvalidOperationException(oracle);
        }

        for (var i = 0; i < lengths.Length; i++) token.AsSpan(offsets[i]..offsets[i + 1]).Fill(advantages[i]);
        return token;
    }

    private static double[] AtTheEnd(double[] rewards, int[] offsets)
    {
        var token = new double[offsets[^1]];
        for (var i = 0; i < rewards.Length; i++) token[offsets[i + 1] - 1] = rewards[i];
        return token;
    }
}
