namespace Deliberate.Training;

/// <summary>
/// REINFORCE leave-one-out (arXiv 2402.14740): <c>A_i = r_i - mean of the group's other rewards</c>, optionally scaled over the batch.
/// TRL 1.16 subtracts <c>β Σ (old - reference)</c> from the reward first (<see cref="KlInReward.SubtractFromTotals"/>) and may
/// clip the reward. A missing reward (NaN) is nobody's baseline and gets 0, and so does a flat group. verl leaves a group of one its raw reward.
/// </summary>
internal static class RlooAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "rloo", "arXiv 2402.14740; TRL 1.16", "each reward is held against the mean of its problem's other samples", batch => Compute(batch.Rewards, batch.Groups, batch.Advantages));

    /// <param name="rewards">Total rewards, group after group.</param>
    /// <param name="groups">Where groups start, and the end.</param>
    /// <param name="advantages">Out: <c>[samples]</c>.</param>
    /// <param name="normalize">Then <c>(A - mean) / (deviation + 1e-4)</c> over the batch. Default false (TRL).</param>
    /// <param name="singletonKeepsReward">A group of one keeps its raw reward (verl), instead of 0.</param>
    public static void Compute(ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, Span<double> advantages, bool normalize = false, bool singletonKeepsReward = false)
    {
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            var group = Moments.Of(members);
            for (var i = 0; i < members.Length; i++)
            {
                var others = (group.Mean * group.Count - members[i]) / (group.Count - 1);
                advantages[groups[g] + i] = group.Count > 1 ? members[i] - others : singletonKeepsReward ? members[i] : double.NaN;
            }
        }

        if (normalize)
        {
            var scale = Moments.Of(advantages);
            foreach (ref var value in advantages) value = (value - scale.Mean) / (scale.Deviation + 1e-4);
        }

        FlatGroups.Clear(rewards, groups, advantages);
    }
}
