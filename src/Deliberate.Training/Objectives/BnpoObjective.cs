namespace Deliberate.Training;

/// <summary>
/// BNPO (TRL 1.16 <c>loss_type="bnpo"</c>): the clipped surrogate per token over the number of tokens. TRL divides by the tokens of
/// each micro-batch, so its result depends on the cut; here the divisor is the whole batch's, which makes it DAPO's aggregation
/// with GRPO's clip. With one micro-batch the two agree.
/// </summary>
internal static class BnpoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "bnpo", "TRL 1.16 loss_type=bnpo",
        new PolicyOptions { Aggregation = LossAggregation.TokenMean }, options => new ClippedSurrogate("bnpo", options))
    { Reads = ClippedSurrogate.Reads };
}
