namespace Deliberate.Tensors;

/// <summary>
/// One named tensor of weights, as the checkpoint names it: [rows, columns] row-major, columns 1 and rows n for a vector. A
/// region of its store's value and gradient buffers.
/// </summary>
internal sealed class Parameter(string name, int rows, int columns, long offset, bool isVector, ParameterStore store)
{
    public string Name { get; } = name;

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    /// <summary>First element in the store's buffers.</summary>
    public long Offset { get; } = offset;

    /// <summary>A norm weight or a bias: no decay, no Muon.</summary>
    public bool IsVector { get; } = isVector;

    public ParameterStore Store { get; } = store;

    public long Length => (long)Rows * Columns;

    /// <summary>A frozen parameter gets no gradient and no update.</summary>
    public bool Frozen { get; set; }

    /// <summary>Trained by Muon where the optimizer has it: a matrix inside a block, not an embedding or head.</summary>
    public bool IsBlockMatrix { get; init; }

    public unsafe float* F32 => Store.Values.F32 + Offset;

    public unsafe float* GradientF32 => Store.Gradients.F32 + Offset;

    public unsafe double* F64 => Store.Values.F64 + Offset;

    public unsafe double* GradientF64 => Store.Gradients.F64 + Offset;
}
