namespace Deliberate.Training;

/// <summary>
/// Group relative policy optimisation (DeepSeekMath, arXiv 2402.03300): the clipped surrogate per token, averaged first in
/// each sequence and then over sequences, so that a token of a long answer weighs less. Advantages: <see cref="GroupAdvantages"/>.
/// Source of the numbers: TRL 1.16 <c>loss_type="grpo"</c>. The paper's KL (β 0.04, k3) is off by default, as in TRL.
/// </summary>
internal static class GrpoObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "grpo", "arXiv 2402.03300; TRL 1.16 loss_type=grpo", new PolicyOptions(), options => new ClippedSurrogate("grpo", options))
    { Reads = ClippedSurrogate.Reads };
}
