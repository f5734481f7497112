using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>When reinforcement learning ends before its last step: see <see cref="EarlyStopping"/>.</summary>
internal sealed record EarlyStoppingRecipe
{
    [Description("Evaluations in a row, by checkpoint.best_metric over the problems of the quick ones, that may bring no gain.")]
    [InRange(1, 1000)]
    public int Patience { get; init; } = 5;

    [Description("What an evaluation must gain over the best before it, in the metric's unit, to count.")]
    [InRange(0)]
    public double MinimumGain { get; init; }
}
