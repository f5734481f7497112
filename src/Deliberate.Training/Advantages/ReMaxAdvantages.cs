namespace Deliberate.Training;

/// <summary>
/// ReMax (arXiv 2310.10505; verl 0.7): the reward less that of the greedy completion of the same prompt, which is drawn for it; 0 where
/// the two are the same, or one is missing (NaN).
/// </summary>
internal static class ReMaxAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "remax", "arXiv 2310.10505; verl 0.7", "each reward is held against that of the most likely completion of its problem",
        batch => Compute(batch.Rewards, batch.GreedyRewards, batch.Advantages))
    { NeedsGroup = false, NeedsGreedy = true };

    public static void Compute(ReadOnlySpan<double> rewards, ReadOnlySpan<double> greedyRewards, Span<double> advantages)
    {
        for (var i = 0; i < rewards.Length; i++)
        {
            var lead = rewards[i] - greedyRewards[i];
            advantages[i] = double.IsNaN(lead) || RewardSpread.AreSame(rewards[i], greedyRewards[i]) ? 0 : lead;
        }
    }
}
