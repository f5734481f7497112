namespace Deliberate.Tensors;

/// <summary>
/// Puts vectors of one's own in the place of some rows of a tensor, right behind the operation that made it: soft prompts, which are no
/// token's embedding. Their gradients are the tensor's at those rows.
/// </summary>
internal sealed class ReplaceRowsOperation(Tensor y) : Operation
{
    /// <summary>[rows, columns], row after row; null to replace nothing.</summary>
    public DeviceBuffer? Vectors { get; set; }

    /// <summary>Of the batch: the first that is replaced.</summary>
    public int FirstRow { get; set; }

    /// <summary>How many rows are.</summary>
    public int Count { get; set; }

    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        if (Vectors is null) return;
        for (var row = Math.Max(block.Rows.Begin, FirstRow); row < Math.Min(block.Rows.End, FirstRow + Count); row++)
            Vectors.CopyTo((long)(row - FirstRow) * y.Columns, y.Value, y.Offset + ((long)row * y.Stride), y.Columns);
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
    }
}
