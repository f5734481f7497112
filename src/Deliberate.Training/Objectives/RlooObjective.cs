namespace Deliberate.Training;

/// <summary>
/// REINFORCE leave-one-out (RLOO, arXiv 2402.14740): the whole completion is one action: one ratio a sequence, the product of its
/// tokens', in PPO's clip, averaged over sequences. Advantages: <see cref="RlooAdvantages"/>; the KL belongs in the reward
/// (<see cref="KlInReward"/>, β 0.05). Source of the numbers: TRL 1.16 <c>RLOOTrainer._compute_loss</c>.
/// </summary>
internal static class RlooObjective
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "rloo", "arXiv 2402.14740; TRL 1.16 RLOOTrainer",
        new PolicyOptions { Level = ImportanceLevel.SequenceProduct }, options => new ClippedSurrogate("rloo", options))
    { Advantage = "rloo", WithOtherAdvantages = "grpo", OtherOptions = "options.level: sequence_product", Reads = ClippedSurrogate.Reads };
}
