namespace Deliberate.Training;

/// <summary>
/// Proximal policy optimisation (arXiv 1707.06347): the clipped surrogate per token with a dual clip of 3 for negative advantages
/// (arXiv 1912.09729) and log ratios clamped to ±20, averaged over tokens. Advantages per token from
/// <see cref="GeneralisedAdvantages"/>; the critic's loss: <see cref="ValueLoss"/>. Source of the numbers: verl 0.7
/// <c>compute_policy_loss_vanilla</c>. <c>reinforce_pp</c> and <c>reinforce_pp_baseline</c> (arXiv 2501.03262) are the same loss
/// with whitened advantages (<see cref="ReinforcePlusPlusAdvantages"/>, <see cref="ReinforcePlusPlusBaselineAdvantages"/>) in place of a critic.
/// </summary>
internal static class PpoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = Named("ppo", "arXiv 1707.06347; verl 0.7 vanilla", "gae");

    public static PolicyObjectiveEntry ReinforcePlusPlus { get; } = Named("reinforce_pp", "arXiv 2501.03262; verl 0.7 reinforce_plus_plus", "reinforce_pp", "ppo");

    public static PolicyObjectiveEntry ReinforcePlusPlusBaseline { get; } = Named("reinforce_pp_baseline", "arXiv 2501.03262; verl 0.7 reinforce_plus_plus_baseline", "reinforce_pp_baseline", "ppo");

    private static PolicyObjectiveEntry Named(string name, string source, string advantage, string? withOthers = null) => new(
        name, source,
        new PolicyOptions { Aggregation = LossAggregation.TokenMean, DualClip = 3, LogRatioClamp = 20 }, options => new ClippedSurrogate(name, options))
    { Advantage = advantage, WithOtherAdvantages = withOthers, Reads = ClippedSurrogate.Reads };
}
