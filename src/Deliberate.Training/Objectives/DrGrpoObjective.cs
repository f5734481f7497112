namespace Deliberate.Training;

/// <summary>
/// Dr.GRPO (arXiv 2503.20783): the clipped surrogate per token, summed and divided by a constant (sequences times the limit on
/// completion tokens), which removes GRPO's preference for long wrong answers. Belongs with advantages that are not divided by
/// the standard deviation (<see cref="AdvantageScaling.None"/>). Source of the numbers: TRL 1.16 <c>loss_type="dr_grpo"</c>.
/// </summary>
internal static class DrGrpoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "dr_grpo", "arXiv 2503.20783; TRL 1.16 loss_type=dr_grpo",
        new PolicyOptions { Aggregation = LossAggregation.TokenSumNorm }, options => new ClippedSurrogate("dr_grpo", options))
    { Advantage = "none", Reads = ClippedSurrogate.Reads };
}
