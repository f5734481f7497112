using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>1 where the answer is right and the family's checker finds every step of the thought right, else 0.</summary>
[Description("A right answer with every step of the thought right: 1 or 0. Needs a family, whose checker reads steps.")]
internal sealed record AllStepsReward : RewardRecipe
{
    public override CorrectnessLink Correctness => CorrectnessLink.Answer;

    public override (double Low, double High) Range => (0, 1);

    public override string About => "right steps";

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++) values[g] = !group.Samples[g].IsJudged ? double.NaN : group.Samples[g].AllStepsRight ? 1 : 0;
    }

    public override string Says(int maxTokens) => $"{Number(Weight)} more where the checker found every step right";
}
