using System.Text.Json.Serialization;

namespace Deliberate.Tensors;

/// <summary>Which rule updates the weights.</summary>
internal enum OptimizerKind
{
    /// <summary>AdamW for everything.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,

    /// <summary>Muon for the matrices of the blocks, AdamW for embeddings, head, norms and biases.</summary>
    Muon,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>Optimizer settings. Decay applies to matrices only: decoupled, but for SGD, to whose gradient it is added as torch.optim.SGD has it.</summary>
internal sealed record OptimizerOptions
{
    public OptimizerKind Kind { get; init; } = OptimizerKind.Muon;

    /// <summary>Peak rate of AdamW or SGD; the schedule multiplies it.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Peak rate of Muon's matrices (Jordan et al. 2024: 0.02).</summary>
    public double MuonLearningRate { get; init; } = 0.02;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.95;

    public double Epsilon { get; init; } = 1e-8;

    public double WeightDecay { get; init; }

    /// <summary>Momentum of Muon and SGD.</summary>
    public double Momentum { get; init; } = 0.95;

    /// <summary>Gradients are scaled down to this global norm; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;
}
