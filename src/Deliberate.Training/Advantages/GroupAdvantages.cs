namespace Deliberate.Training;

/// <summary>By what a reward's distance from its group's mean is divided.</summary>
internal enum AdvantageScaling
{
    /// <summary>The group's standard deviation (GRPO). Default of TRL and verl; favours very easy and very hard problems.</summary>
    Group,

    /// <summary>The batch's ("Part I: tricks or traps?", arXiv 2508.08221).</summary>
    Batch,

    /// <summary>Nothing (Dr.GRPO).</summary>
    None,
}

/// <summary>
/// GRPO's advantage (arXiv 2402.03300): <c>A = (r - mean of the group) / (deviation + ε)</c>, deviations unbiased. Rewards that are
/// NaN leave mean and deviation and get 0; a group with one scored sample gets 0; so does a flat one (<see cref="RewardSpread"/>).
/// Source: TRL 1.16 (ε 1e-4); verl 0.7 differs in ε (1e-6) and in leaving a group of one its raw reward.
/// </summary>
internal static class GroupAdvantages
{
    private const string Mean = "each reward is held against the mean of its problem's samples";

    public static AdvantageEstimator Group { get; } = new("group", "arXiv 2402.03300; TRL 1.16", Mean + ", in standard deviations of the group", batch => Compute(batch, AdvantageScaling.Group));

    public static AdvantageEstimator Batch { get; } = new("batch", "arXiv 2508.08221; TRL 1.16", Mean + ", in standard deviations of the batch", batch => Compute(batch, AdvantageScaling.Batch));

    public static AdvantageEstimator None { get; } = new("none", "arXiv 2503.20783; TRL 1.16", Mean, batch => Compute(batch, AdvantageScaling.None));

    /// <param name="rewards">Total rewards, <c>[samples]</c>, group after group.</param>
    /// <param name="groups">Where groups start, and the end: <c>[groups + 1]</c>, from 0.</param>
    /// <param name="scaling">See there.</param>
    /// <param name="advantages">Out: <c>[samples]</c>.</param>
    /// <param name="epsilon">Added to the deviation. Default 1e-4 (TRL).</param>
    /// <param name="singletonKeepsReward">A group of one: A = r / (1 + ε) as verl, instead of 0.</param>
    public static void Compute(
        ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, AdvantageScaling scaling, Span<double> advantages, double epsilon = 1e-4, bool singletonKeepsReward = false)
    {
        var batch = Moments.Of(rewards);
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            var group = Moments.Of(members);
            if (members.Length == 1 && singletonKeepsReward) group = new Moments(1, 0, 1);
            var deviation = scaling == AdvantageScaling.Batch ? batch.Deviation : group.Deviation;
            for (var i = 0; i < members.Length; i++)
            {
                var distance = members[i] - group.Mean;
                if (scaling != AdvantageScaling.None) distance /= deviation + epsilon;
                advantages[groups[g] + i] = distance;
            }
        }

        FlatGroups.Clear(rewards, groups, advantages);
    }

    private static void Compute(AdvantageBatch batch, AdvantageScaling scaling) => Compute(batch.Rewards, batch.Groups, scaling, batch.Advantages);
}
