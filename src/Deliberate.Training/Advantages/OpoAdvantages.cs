namespace Deliberate.Training;

/// <summary>
/// OPO (arXiv 2505.23585; verl 0.7): the reward less the length-weighted mean of its group, <c>A = r - Σ len r / Σ len</c>, the baseline
/// of least variance. A group of one has baseline 0. A missing reward (NaN) leaves its group's mean and gets 0; so does a flat group.
/// </summary>
internal static class OpoAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "opo", "arXiv 2505.23585; verl 0.7", "each reward is held against the mean of its problem's samples, weighted by their lengths",
        batch => Compute(batch.Rewards, batch.Lengths, batch.Groups, batch.Advantages));

    public static void Compute(ReadOnlySpan<double> rewards, ReadOnlySpan<int> lengths, ReadOnlySpan<int> groups, Span<double> advantages)
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
}
