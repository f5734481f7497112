using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>How several ranks share the work, where a launcher of MPI's starts more than one.</summary>
internal sealed record RanksRecipe
{
    [Description("Each rank holds the optimizer's moments of its part of the weights alone, updates those, and sends them to the others. A matter of memory: no result depends on it.")]
    public bool ShardOptimizer { get; init; }

    [Description("Gradients are sent while the backward pass still goes on with earlier layers. A matter of time: no result depends on it.")]
    public bool Overlap { get; init; } = true;
}
