using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Supervised training on the corpus: as many optimizer steps as batches of tokens fit, known before the start.</summary>
internal sealed record SupervisedRecipe
{
    [Description("Tokens to train on, prompts included; 0 skips the stage.")]
    [InRange(0)]
    public long Tokens { get; init; } = 2_000_000;

    [Description("Tokens of one optimizer step; the sequence that reaches it is the last.")]
    [InRange(1, 1 << 26)]
    public int BatchTokens { get; init; } = 4096;

    public OptimizerRecipe Optimizer { get; init; } = new();

    public ScheduleRecipe Schedule { get; init; } = new();

    /// <summary>Optimizer steps.</summary>
    public int Steps => Tokens == 0 ? 0 : (int)Math.Clamp(Tokens / BatchTokens, 1, int.MaxValue);
}
