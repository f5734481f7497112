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

    /// <summary>The offset of a matrix whose values are not in the store.</summary>
    public const long Elsewhere = -1;

    /// <summary>First element in the store's buffers; <see cref="Elsewhere"/> for a matrix held for inference.</summary>
    public long Offset { get; } = offset;

    /// <summary>A norm weight or a bias: no decay, no Muon.</summary>
    public bool IsVector { get; } = isVector;

    public ParameterStore Store { get; } = store;

    public long Length => (long)Rows * Columns;

    /// <summary>A frozen parameter gets no gradient and no update.</summary>
    public bool Frozen { get; set; }

    /// <summary>Trained by Muon where the optimizer has it: a matrix inside a block, not an embedding or head.</summary>
    public bool IsBlockMatrix { get; init; }

    public unsafe float* F32 => Store.Values.F32 + Place;

    public unsafe float* GradientF32 => Store.Gradients.F32 + Offset;

    public unsafe double* F64 => Store.Values.F64 + Place;

    public unsafe double* GradientF64 => Store.Gradients.F64 + Offset;

    private long Place => Offset >= 0 ? Offset : throw new InvalidOperationException($"{Name} is held for inference only, in the layout of the products.");
}
