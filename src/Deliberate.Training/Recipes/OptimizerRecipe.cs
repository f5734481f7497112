using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>The optimizer of a stage. The schedule multiplies both learning rates.</summary>
internal sealed record OptimizerRecipe
{
    [Description("muon (matrices of the blocks; AdamW for the rest), adamw or sgd.")]
    public OptimizerKind Kind { get; init; } = OptimizerKind.Muon;

    [Description("Peak rate of AdamW or SGD.")]
    [InRange(0)]
    public double LearningRate { get; init; } = 3e-3;

    [Description("Peak rate of Muon's matrices.")]
    [InRange(0)]
    public double MuonLearningRate { get; init; } = 0.02;

    [Description("Matrices only; decoupled under AdamW and Muon, added to the gradient under SGD.")]
    [InRange(0)]
    public double WeightDecay { get; init; }

    [Description("Of AdamW: decay of the mean gradient.")]
    [InRange(0, 1, MaxExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    [Description("Of AdamW: decay of the mean squared gradient.")]
    [InRange(0, 1, MaxExclusive = true)]
    public double Beta2 { get; init; } = 0.95;

    [Description("Of Muon and SGD.")]
    [InRange(0, 1, MaxExclusive = true)]
    public double Momentum { get; init; } = 0.95;

    [Description("Gradients are scaled down to this global norm; 0 for no clipping.")]
    [InRange(0)]
    public double ClipNorm { get; init; } = 1;

    public OptimizerOptions ToOptions() => new()
    {
        Kind = Kind,
        LearningRate = LearningRate,
        MuonLearningRate = MuonLearningRate,
        WeightDecay = WeightDecay,
        Beta1 = Beta1,
        Beta2 = Beta2,
        Momentum = Momentum,
        ClipNorm = ClipNorm,
    };
}
