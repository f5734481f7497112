using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>
/// What the scorer says of the answer: 1 right, 0 wrong, or a verifier's own score. An answer that could not be read has the worst
/// (<see cref="SampleRewards"/>).
/// </summary>
[Description("A right answer: 1 or 0, or the verifier's score.")]
internal sealed record CorrectReward : RewardRecipe
{
    public override CorrectnessLink Correctness => CorrectnessLink.Answer;

    public override (double Low, double High) Range => (0, 1);

    public override string About => "right answers";

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values) => group.Scores.CopyTo(values);

    public override string Says(int maxTokens) => $"{Number(Weight)} for a right answer";
}
