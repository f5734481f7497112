namespace Deliberate.Training;

/// <summary>
/// The estimators of verl 0.7 that give one advantage a sequence from one reward a sequence (GRPO and RLOO have files of their
/// own). Groups are consecutive samples of one problem; a group of one has baseline 0. A missing reward (NaN) leaves its group's
/// statistics and gets 0; so does a flat group.
/// </summary>
internal static class SequenceAdvantages
{
    /// <summary>OPO (arXiv 2505.23585): the reward less the length-weighted mean of its group, the baseline of least variance.</summary>
    public static void Opo(ReadOnlySpan<double> rewards, ReadOnlySpan<int> lengths, ReadOnlySpan<int> groups, Span<double> advantages)
    {
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            double weighted = 0, total = 0;
            for (var i = groups[g]; i < groups[g + 1]; i++)
            {
                if (double.IsNaN(rewards[i])) continue;
                weighted += lengths[i] * rewards[i];
                total += lengths[i];
            }

            var baseline = groups[g + 1] - groups[g] == 1 || total == 0 ? 0 : weighted / total;
            for (var i = groups[g]; i < groups[g + 1]; i++) advantages[i] = rewards[i] - baseline;
        }

        FlatGroups.Clear(rewards, groups, advantages);
    }

    /// <summary>GPG (arXiv 2504.02546): the reward less its group's mean, scaled up by samples / samples with a reward, to make up for flat groups.</summary>
    public static void Gpg(ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, Span<double> advantages)
    {
        int scored = 0, nonzero = 0;
        foreach (var reward in rewards)
        {
            if (double.IsNaN(reward)) continue;
            scored++;
            if (!RewardSpread.AreSame(reward, 0)) nonzero++;
        }

        var scale = (double)scored / Math.Max(nonzero, 1);
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            var mean = members.Length == 1 ? 0 : Moments.Of(members).Mean;
            for (var i = 0; i < members.Length; i++) advantages[groups[g] + i] = scale * (members[i] - mean);
        }

        FlatGroups.Clear(rewards, groups, advantages);
    }

    /// <summary>Optimises pass@k (verl <c>grpo_passk</c>, arXiv 2503.19595): only the best sample of a group counts, by its lead over the second, over the deviation + ε.</summary>
    public static void PassAtK(ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, Span<double> advantages, bool scale = true, double epsilon = 1e-6)
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

    /// <summary>ReMax (arXiv 2310.10505): the reward less that of the greedy completion of the same prompt; 0 where the two are the same, or one is missing.</summary>
    public static void ReMax(ReadOnlySpan<double> rewards, ReadOnlySpan<double> greedyRewards, Span<double> advantages)
    {
        for (var i = 0; i < rewards.Length; i++)
        {
            var lead = rewards[i] - greedyRewards[i];
            advantages[i] = double.IsNaN(lead) || RewardSpread.AreSame(rewards[i], greedyRewards[i]) ? 0 : lead;
        }
    }
}
