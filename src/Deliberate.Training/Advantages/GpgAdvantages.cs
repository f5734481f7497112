namespace Deliberate.Training;

/// <summary>
/// GPG (arXiv 2504.02546; verl 0.7): the reward less its group's mean, scaled up by samples / samples with a reward, to make up for flat
/// groups. A group of one has baseline 0. A missing reward (NaN) leaves every statistic and gets 0; so does a flat group.
/// </summary>
internal static class GpgAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "gpg", "arXiv 2504.02546; verl 0.7", "each reward is held against the mean of its problem's samples, scaled up by the samples for each one with a reward",
        batch => Compute(batch.Rewards, batch.Groups, batch.Advantages));

    public static void Compute(ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, Span<double> advantages)
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
}
