namespace Deliberate.Training;

/// <summary>
/// Optimises pass@k (arXiv 2503.19595; verl 0.7 <c>grpo_passk</c>): only the best sample of a group counts, by its lead over the second,
/// over the deviation + ε. A missing reward (NaN) is neither.
/// </summary>
internal static class PassAtKAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "pass_at_k", "arXiv 2503.19595; verl 0.7 grpo_passk", "only the best of a problem's samples counts, by its lead over the second in standard deviations of the group",
        batch => Compute(batch.Rewards, batch.Groups, batch.Advantages));

    public static void Compute(ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, Span<double> advantages, bool scale = true, double epsilon = 1e-6)
    {
        advantages.Clear();
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            int best = -1, second = -1;
            for (var i = 0; i < members.Length; i++)
            {
                if (double.IsNaN(members[i])) continue;
                if (best < 0 || members[i] > members[best]) (best, second) = (i, best);
                else if (second < 0 || members[i] > members[second]) second = i;
            }

            // Two that share the lead have none.
            if (second < 0 || RewardSpread.AreSame(members[best], members[second])) continue;
            var lead = members[best] - members[second];
            advantages[groups[g] + best] = scale ? lead / (Moments.Of(members).Deviation + epsilon) : lead;
        }
    }
}
