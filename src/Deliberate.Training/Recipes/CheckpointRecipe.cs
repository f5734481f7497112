using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Checkpoints to resume from. The ones named base and final, and the newest, always stay.</summary>
internal sealed record CheckpointRecipe
{
    [Description("Optimizer steps (of reinforcement learning: sampled batches) between checkpoints.")]
    [InRange(1)]
    public int Every { get; init; } = 50;

    [Description("How many of them are kept.")]
    [InRange(1)]
    public int KeepLast { get; init; } = 2;
}
