namespace Deliberate.Training;

/// <summary>
/// DAPO (arXiv 2503.14476): the clipped surrogate per token with a higher upper bound (0.28: unlikely tokens may grow), every
/// token of the whole batch weighing the same, and no KL. Belongs with dynamic sampling (<see cref="DynamicSampling"/>) and the
/// soft overlong penalty (<see cref="OverlongReward"/>). Source of the numbers: TRL 1.16 <c>loss_type="dapo"</c>;
/// ε_high is the paper's (TRL's default is 0.2).
/// </summary>
internal static class DapoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "dapo", "arXiv 2503.14476; TRL 1.16 loss_type=dapo",
        new PolicyOptions { EpsilonHigh = 0.28, Aggregation = LossAggregation.TokenMean }, options => new ClippedSurrogate("dapo", options))
    { Reads = ClippedSurrogate.Reads };
}
