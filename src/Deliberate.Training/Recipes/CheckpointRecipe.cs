using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Which end of a metric is the good one.</summary>
internal enum BestIs
{
    Highest,
    Lowest,
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
}
