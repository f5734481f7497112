using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The critic of the advantages of <c>gae</c>: the model that the stage begins with, with a head of one number a token in place of the
/// language model's, trained beside the policy to tell the reward that is to come.
/// </summary>
internal sealed record CriticRecipe
{
    [Description("Mixture of long and short returns (λ): 1 holds rewards against values alone, less leans on the values that follow.")]
    [InRange(0, 1)]
    public double Lambda { get; init; } = 0.95;

    [Description("How far a value may move from that of sampling before it stops to pay.")]
    [InRange(0, MinExclusive = true)]
    public double Clip { get; init; } = 0.2;

    [Description("First steps of the stage in which the critic learns and the policy does not.")]
    [InRange(0)]
    public int Warmup { get; init; }

    [Description("Of the critic.")]
    public OptimizerRecipe Optimizer { get; init; } = new() { Kind = OptimizerKind.AdamW, LearningRate = 1e-3 };

    [Description("Of its learning rates.")]
    public ScheduleRecipe Schedule { get; init; } = new() { Kind = ScheduleKind.Constant, Warmup = 0, MinimumRatio = 0 };
}
