namespace Deliberate.Training;

/// <summary>
/// The advantages of a step's samples: rewards to the recipe's estimator, over all groups that are trained on, before they are cut
/// into mini-batches.
/// </summary>
internal sealed class StepAdvantages(ReinforcementRecipe recipe)
{
    /// <summary>The recipe's.</summary>
    public AdvantageEstimator Estimator { get; } = AdvantageEstimators.Find(recipe.Advantage);

    /// <summary>Sets the groups' advantages.</summary>
    public void Set(IReadOnlyList<PolicyGroup> groups)
    {
        if (groups.Count == 0) return;
        var batch = Batch(groups);
        // Two tokens at least have a deviation.
        if (Estimator.PerToken && batch.Rewards.Zip(batch.Lengths, (reward, length) => double.IsNaN(reward) ? 0 : length).Sum() < 2) return;
        Estimator.Compute(batch);
        Scatter(batch, groups);
    }

    private AdvantageBatch Batch(IReadOnlyList<PolicyGroup> groups)
    {
        var starts = new int[groups.Count + 1];
        for (var i = 0; i < groups.Count; i++) starts[i + 1] = starts[i] + groups[i].Rollouts.Length;
        var offsets = new int[starts[^1] + 1];
        var samples = groups.SelectMany(g => g.Rollouts).ToArray();
        for (var i = 0; i < samples.Length; i++) offsets[i + 1] = offsets[i] + samples[i].Tokens.Length;
        double[] rewards = [.. groups.SelectMany(g => g.Rewards)];
        return new AdvantageBatch
        {
            Groups = starts,
            Offsets = offsets,
            Rewards = rewards,
            TokenRewards = Estimator.PerToken ? AtTheEnd(rewards, offsets) : [],
            GreedyRewards = Estimator.NeedsGreedy ? [.. groups.SelectMany(g => Enumerable.Repeat(g.GreedyReward, g.Rollouts.Length))] : [],
            Parts = Estimator.NeedsParts ? RewardParts.Of(groups, recipe.Rewards) : null,
            Discount = recipe.Discount,
            Advantages = new double[samples.Length],
            TokenAdvantages = Estimator.PerToken ? new double[offsets[^1]] : [],
        };
    }

    private static double[] AtTheEnd(double[] rewards, int[] offsets)
    {
        var tokens = new double[offsets[^1]];
        for (var i = 0; i < rewards.Length; i++) tokens[offsets[i + 1] - 1] += rewards[i];
        return tokens;
    }

    private void Scatter(AdvantageBatch batch, IReadOnlyList<PolicyGroup> groups)
    {
        var sample = 0;
        foreach (var group in groups)
        {
            if (Estimator.PerToken) group.TokenAdvantages = new double[group.Rollouts.Length][];
            for (var g = 0; g < group.Rollouts.Length; g++, sample++)
            {
                group.Advantages[g] = batch.Advantages[sample];
                if (!Estimator.PerToken) continue;
                var tokens = batch.TokenAdvantages[batch.Offsets[sample]..batch.Offsets[sample + 1]];
                group.TokenAdvantages![g] = tokens;
                // The mean of equal numbers need not be that number.
                group.Advantages[g] = tokens.AsSpan().ContainsAnyExcept(tokens[0]) ? tokens.Average() : tokens[0];
            }
        }
    }
}
