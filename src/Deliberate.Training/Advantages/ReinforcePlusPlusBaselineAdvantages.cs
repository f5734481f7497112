namespace Deliberate.Training;

/// <summary>
/// The baseline form of REINFORCE++ (arXiv 2501.03262; verl 0.7): the reward less its group's mean, on every token, whitened over the
/// batch's tokens. A sequence with a missing reward (NaN) leaves every statistic and gets 0; so does a flat group, where verl's
/// formula moves it by the others' mean.
/// </summary>
internal static class ReinforcePlusPlusBaselineAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "reinforce_pp_baseline", "arXiv 2501.03262; verl 0.7", "each reward is held against the mean of its problem's samples, in standard deviations over the tokens of the step",
        batch => Compute(batch.Rewards, batch.Groups, batch.Offsets, [], batch.TokenAdvantages))
    { PerToken = true };

    /// <summary>The reward less its group's mean, on every token, whitened over the batch's tokens. A group of one has baseline 0.</summary>
    public static void Compute(
        ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, ReadOnlySpan<int> offsets, ReadOnlySpan<double> mask, Span<double> advantages, bool flatAsVerl = false)
    {
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            var mean = members.Length == 1 ? 0 : Moments.Of(members).Mean;
            for (var i = groups[g]; i < groups[g + 1]; i++) advantages[offsets[i]..offsets[i + 1]].Fill(rewards[i] - mean);
        }

        Whitening.Apply(advantages, mask, flatAsVerl: flatAsVerl);
        for (var g = 0; g + 1 < groups.Length && !flatAsVerl; g++)
            if (!FlatGroups.Teaches(rewards[groups[g]..groups[g + 1]])) advantages[offsets[groups[g]]..offsets[groups[g + 1]]].Clear();
    }
}
