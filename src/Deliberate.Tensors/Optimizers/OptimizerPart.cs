namespace Deliberate.Tensors;

/// <summary>What an optimizer updates at once: elements of one parameter, or all of a matrix that has to be treated as a whole.</summary>
/// <param name="Parameter">Whose elements.</param>
/// <param name="Offset">Of the first, in the store's buffers.</param>
/// <param name="Length">Elements.</param>
/// <param name="IsWhole">A matrix that Muon makes orthogonal; the others are updated element by element.</param>
internal readonly record struct OptimizerPart(Parameter Parameter, long Offset, long Length, bool IsWhole)
{
    /// <summary>Elements of a part that is updated one by one.</summary>
    public const int PieceLength = 1 << 16;

    /// <summary>Which process holds its moments.</summary>
    public int Owner { get; init; }

    /// <summary>Where they begin in that process's buffers; of a part that is not this process's, nowhere.</summary>
    public long Moments { get; init; }

    /// <summary>All parts of the parameters that are trained: whole matrices first, the largest of each kind first, so that no worker ends up alone with one.</summary>
    public static OptimizerPart[] Of(ParameterStore store, OptimizerKind kind)
    {
        var parts = new List<OptimizerPart>();
        foreach (var parameter in store.Parameters.Where(p => !p.Frozen))
        {
            if (kind == OptimizerKind.Muon && parameter.IsBlockMatrix) parts.Add(new OptimizerPart(parameter, parameter.Offset, parameter.Length, IsWhole: true));
            else for (long at = 0; at < parameter.Length; at += PieceLength) parts.Add(new OptimizerPart(parameter, parameter.Offset + at, Math.Min(PieceLength, parameter.Length - at), IsWhole: false));
        }

        return [.. parts.OrderByDescending(p => p.IsWhole).ThenByDescending(p => p.Length).ThenBy(p => p.Offset)];
    }

    /// <summary>The moments that a rule keeps of each of its elements.</summary>
    public int MomentsOf(OptimizerKind kind) => IsWhole || kind == OptimizerKind.Sgd ? 1 : 2;
}
