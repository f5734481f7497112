using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>Which end of a metric is the good one.</summary>
internal enum BestIs
{
    Highest,
    Lowest,
}

/// <summary>How a checkpoint's <c>model.safetensors</c> holds the weights.</summary>
internal enum CheckpointWeights
{
    /// <summary>As the model that the run starts from: BF16 of one that is stored so, else F32.</summary>
    Auto,

    [JsonStringEnumMemberName("f32")]
    F32,

    /// <summary>Rounded to brain floats; the F32 weights that training goes on with stand in <c>training/</c>.</summary>
    [JsonStringEnumMemberName("bf16")]
    BF16,
}

/// <summary>Checkpoints to resume from, and the best ones to use. Those named base, expert and final, and the newest, always stay.</summary>
internal sealed record CheckpointRecipe
{
    [Description("Optimizer steps (of reinforcement learning: sampled batches) between checkpoints.")]
    [InRange(1)]
    public int Every { get; init; } = 50;

    [Description("How many of them are kept.")]
    [InRange(1)]
    public int KeepLast { get; init; } = 2;

    [Description("How many of the best are kept besides, of those that were evaluated; the link checkpoints/best leads to the best. 0 for none.")]
    [InRange(0, 1000)]
    public int KeepBest { get; init; } = 1;

    [Description("By which metric of the evaluations, over the problems of the quick ones.")]
    public string BestMetric { get; init => field = OldMetricNames.Renew(value); } = EvaluationMetrics.Run.Accuracy.Name;

    [Description("highest or lowest.")]
    public BestIs BestIs { get; init; }

    [Description("How model.safetensors holds the weights: auto (as the model that the run starts from, BF16 or else F32), f32 or bf16. Training goes on in F32 whichever it is.")]
    public CheckpointWeights Weights { get; init; }

    /// <summary>What that comes to.</summary>
    /// <param name="text">Of the model that the run starts from.</param>
    public FileStorage StorageOf(TextFormat text) => Weights switch
    {
        CheckpointWeights.F32 => FileStorage.F32,
        CheckpointWeights.BF16 => FileStorage.BF16,
        _ => text.Heritage?.Storage == FileStorage.BF16 ? FileStorage.BF16 : FileStorage.F32,
    };
}
