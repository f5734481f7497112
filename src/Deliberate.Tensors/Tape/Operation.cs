namespace Deliberate.Tensors;

/// <summary>
/// A node of the tape: which tensors it reads and writes, fixed when the tape is built. A block is some whole segments, or any
/// rows where the operation treats each row alone.
/// </summary>
internal abstract class Operation
{
    /// <summary>Its forward runs once more before the backward of its layer: its output was not kept.</summary>
    public bool RunsAgain { get; init; }

    /// <summary>Reads other rows of the same segment; the others read their own row only.</summary>
    public virtual bool MixesRows => false;

    /// <summary>Into how many parts, whose outputs and gradients do not overlap, its work on a block can be divided where there are few blocks.</summary>
    public virtual int Parts => 1;

    public abstract void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch);

    /// <summary>One of the <see cref="Parts"/> of the forward.</summary>
    public virtual void ForwardPart(IKernels kernels, Batch batch, Block block, int part, Scratch scratch) => Forward(kernels, batch, block, scratch);

    /// <summary>One of the <see cref="Parts"/> of the backward.</summary>
    public virtual void BackwardPart(IKernels kernels, Batch batch, Block block, int part, Scratch scratch) => Backward(kernels, batch, block, scratch);

    /// <summary>A share of the forward of few rows, where the workers divide columns or heads instead of rows.</summary>
    public virtual void ForwardShare(IKernels kernels, Batch batch, Block block, Share share, Scratch scratch)
    {
        if (share.Index == 0) Forward(kernels, batch, block, scratch);
    }

    /// <summary>Worth dividing among workers when there are few rows.</summary>
    public virtual bool IsLarge => false;

    /// <summary>Gradients of the inputs' activations.</summary>
    public abstract void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch);

    /// <summary>A share of the backward, where the workers divide columns instead of rows.</summary>
    public virtual void BackwardShare(IKernels kernels, Batch batch, Block block, Share share, Scratch scratch)
    {
        if (share.Index == 0) Backward(kernels, batch, block, scratch);
    }

    /// <summary>Adds a share of the gradients of the weights, from all rows, once every block's backward is done.</summary>
    public virtual void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share)
    {
    }

    /// <summary>Names what <see cref="WeightGradient"/> adds to: of several parameters that lie one behind the other the first, and the elements of all.</summary>
    public virtual void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
    }
}

internal sealed class EmbedOperation(LinearWeight table, double scale, Tensor y) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        for (var rows = block.Rows; rows.Count > 0;)
        {
            var run = batch.Run(rows.Begin, rows.End, out var adapter);
            kernels.Embed(batch.Ids, adapter?.Embedding ?? table, scale, y, run);
            rows = rows with { Begin = run.End };
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
    }

    public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share)
    {
        var trained = batch.Trained?.Embedding ?? table;
        if (!trained.Frozen) kernels.EmbedGradient(batch.Ids, trained, scale, y, rows, share);
    }

    public override void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
        var weight = trained?.Embedding ?? table;
        if (!weight.Frozen) name(weight.Parts[0], (long)weight.Rows * weight.Columns);
    }
}

internal sealed class RmsNormOperation(Tensor x, Parameter weight, double offset, double epsilon, Tensor? residual, Tensor inverse, Tensor y) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        for (var rows = block.Rows; rows.Count > 0;)
        {
            var run = batch.Run(rows.Begin, rows.End, out var adapter);
            kernels.RmsNorm(x, adapter?.VectorOf(weight) ?? weight, offset, epsilon, residual, inverse, y, run);
            rows = rows with { Begin = run.End };
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.RmsNormBackward(x, Trained(batch), offset, inverse, y, block.Rows);

    public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share)
    {
        if (Trained(batch) is { Frozen: false } trained) kernels.RmsNormWeightGradient(x, trained, inverse, y, rows, share);
    }

    public override void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
        if ((trained?.VectorOf(weight) ?? weight) is { Frozen: false } vector) name(vector, vector.Length);
    }

    private Parameter Trained(Batch batch) => batch.Trained?.VectorOf(weight) ?? weight;
}

/// <summary>Brings a residual's gradient to a tensor that no norm reads before the layer: placed before its first reader, so that it comes after it backward.</summary>
internal sealed class ResidualGradientOperation(Tensor x) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.ResidualGradient(x, block.Rows);
}

/// <summary>
/// The product with the weight itself; what adapters add to it comes after. Rows whose adapter scales the outputs get neither bias
/// nor residual yet.
/// </summary>
/// <param name="unscaled">Where such rows go while training; null where that is y.</param>
/// <param name="isUpdated">Whether the adapter that is trained updates the weight.</param>
internal sealed class LinearOperation(Tensor x, LinearWeight weight, Parameter? bias, Tensor? residual, Tensor y, Tensor? unscaled = null, bool isUpdated = false) : Operation
{
    public override bool IsLarge => true;

    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch) => ForwardShare(kernels, batch, block, Share.Whole, scratch);

    public override void ForwardShare(IKernels kernels, Batch batch, Block block, Share share, Scratch scratch)
    {
        for (var rows = block.Rows; rows.Count > 0;)
        {
            // One product for as many rows as are treated alike, whatever their adapters.
            var end = batch.Run(rows.Begin, rows.End, out var adapter).End;
            var scaled = IsScaled(adapter);
            while (end < rows.End && batch.Run(end, rows.End, out adapter) is var next && IsScaled(adapter) == scaled) end = next.End;
            var run = rows with { End = end };
            if (scaled) kernels.Linear(x, weight, null, null, unscaled ?? y, run, share);
            else kernels.Linear(x, weight, bias, residual, y, run, share);
            rows = rows with { Begin = end };
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => BackwardShare(kernels, batch, block, Share.Whole, scratch);

    public override void BackwardShare(IKernels kernels, Batch batch, Block block, Share share, Scratch scratch) => kernels.LinearBackward(x, weight, unscaled ?? y, 0, block.Rows, isUpdated, share);

    public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share)
    {
        if (!weight.Frozen) kernels.LinearWeightGradient(x, weight, bias, y, 0, rows, share);
    }

    public override void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
        if (weight.Frozen) return;
        name(weight.Parts[0], (long)weight.Rows * weight.Columns);
        if (bias is not null) name(bias, weight.Rows);
    }

    private bool IsScaled(Adapter? adapter) => adapter?.UpdateOf(weight) is { IsScaled: true };
}

/// <summary>What the rows' adapters add to the product with a weight.</summary>
/// <param name="inner">x·Aᵀ, kept for the backward; null where there will be none.</param>
internal sealed class LowRankOperation(Tensor x, LinearWeight weight, Tensor? inner, Tensor y) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        if (!batch.HasAdapters) return;
        for (var rows = block.Rows; rows.Count > 0;)
        {
            var run = batch.Run(rows.Begin, rows.End, out var adapter);
            if (adapter?.UpdateOf(weight) is { } update) kernels.LowRank(x, update, inner, y, run, scratch);
            rows = rows with { Begin = run.End };
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.LowRankBackward(x, Trained(batch), inner!, y, block.Rows);

    public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share) => kernels.LowRankWeightGradient(x, Trained(batch), inner!, y, rows, share);

    public override void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
        if (trained?.UpdateOf(weight) is not { } update) return;
        name(update.Down.Parts[0], (long)update.Down.Rows * update.Down.Columns);
        foreach (var part in update.Parts) name(part.Up.Parts[0], (long)part.Up.Rows * part.Up.Columns);
    }

    private LowRankUpdate Trained(Batch batch) => batch.Trained!.UpdateOf(weight)!;
}

/// <summary>The magnitudes of rows whose adapter has them, then bias and residual.</summary>
/// <param name="unscaled">Weight's product and update; y itself where there will be no backward.</param>
internal sealed class ScaleOutputsOperation(LinearWeight weight, Parameter? bias, Tensor? residual, Tensor unscaled, Tensor y) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        if (!batch.HasAdapters) return;
        for (var rows = block.Rows; rows.Count > 0;)
        {
            var run = batch.Run(rows.Begin, rows.End, out var adapter);
            if (adapter?.UpdateOf(weight) is { IsScaled: true } update) kernels.ScaleOutputs(unscaled, update, bias, residual, y, run);
            rows = rows with { Begin = run.End };
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.ScaleOutputsBackward(unscaled, Trained(batch), y, block.Rows);

    public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share) => kernels.MagnitudeGradient(unscaled, Trained(batch), y, rows, share);

    public override void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
        foreach (var part in trained?.UpdateOf(weight)?.Parts ?? [])
            if (part.Magnitude is { } magnitude) name(magnitude, magnitude.Length);
    }

    private LowRankUpdate Trained(Batch batch) => batch.Trained!.UpdateOf(weight)!;
}

internal sealed class RotateHeadsOperation(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        for (var rows = block.Rows; rows.Count > 0;)
        {
            var run = batch.Run(rows.Begin, rows.End, out var adapter);
            kernels.RotateHeads(adapter?.RotationOf(rotation) ?? rotation, x, inverse, y, batch.Positions, run);
            rows = rows with { Begin = run.End };
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.RotateHeadsBackward(Trained(batch), x, inverse, y, batch.Positions, block.Rows);

    public override void WeightGradient(IKernels kernels, Batch batch, Rows rows, Share share)
    {
        if (inverse is not null && share.Index == 0) kernels.RotateHeadsWeightGradient(Trained(batch), x, inverse, y, rows);
    }

    public override void NameTrained(Adapter? trained, Action<Parameter, long> name)
    {
        var norms = trained?.RotationOf(rotation) ?? rotation;
        if (norms.QueryNorm is { } query) name(query, query.Length);
        if (norms.KeyNorm is { } key) name(key, key.Length);
    }

    private HeadRotation Trained(Batch batch) => batch.Trained?.RotationOf(rotation) ?? rotation;
}

internal sealed class AttentionOperation(AttentionShape shape, Tensor qkv, Tensor y, Tensor logSumExp) : Operation
{
    public override bool MixesRows => true;

    public override int Parts => shape.KeyHeads;

    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        if (kernels is IBatchAttention all)
        {
            all.Attention(shape, qkv, y, logSumExp, batch, block);
            return;
        }

        for (var head = 0; head < shape.KeyHeads; head++) ForwardPart(kernels, batch, block, head, scratch);
    }

    public override void ForwardPart(IKernels kernels, Batch batch, Block block, int part, Scratch scratch)
    {
        for (var segment = block.FirstSegment; segment < block.EndSegment; segment++)
            kernels.Attention(shape, qkv, y, logSumExp, batch.PrefixOf(segment), batch.Segment(segment), part, scratch);
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        if (kernels is IBatchAttention all)
        {
            all.AttentionBackward(shape, qkv, y, logSumExp, batch, block);
            return;
        }

        for (var head = 0; head < shape.KeyHeads; head++) BackwardPart(kernels, batch, block, head, scratch);
    }

    public override void BackwardPart(IKernels kernels, Batch batch, Block block, int part, Scratch scratch)
    {
        // A prefix before what goes on from it, which adds to its gradient.
        for (var segment = block.FirstSegment; segment < block.EndSegment; segment++)
            kernels.AttentionBackward(shape, qkv, y, logSumExp, batch.PrefixOf(segment), batch.Segment(segment), part, scratch);
    }
}

/// <summary>
/// Puts the keys and values of the batch's rows into the cache; where a segment has one row, its attention does that itself, as it
/// will read the same lines next.
/// </summary>
internal sealed class StoreKeyValuesOperation(KeyValueCache cache, int layer, Tensor qkv) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch)
    {
        if (kernels is IBatchAttention all)
        {
            all.StoreKeyValues(cache, layer, qkv, batch, block);
            return;
        }

        for (var row = block.Rows.Begin; row < block.Rows.End;)
        {
            var segment = batch.SegmentOf(row);
            var rows = batch.Segment(segment);
            var end = Math.Min(rows.End, block.Rows.End);
            if (rows.Count > 1)
                kernels.StoreKeyValues(cache, batch.Cached(segment), layer, batch.FirstPosition(segment) + row - rows.Begin, qkv, new Rows(row, end), new KeyHeads(0, cache.Shape.KeyHeads));
            row = end;
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => throw new InvalidOperationException("Sampling has no backward.");
}

/// <summary>
/// Attention over the key-value cache: each segment of the batch is the newest rows of a cached sequence. A share of segments of one
/// row is a run of them and of their heads; of longer ones, pieces of rows by key heads, dealt in turn, so that one long segment
/// keeps all workers busy.
/// </summary>
internal sealed class CachedAttentionOperation(AttentionShape shape, KeyValueCache cache, int layer, Tensor qkv, Tensor y) : Operation
{
    /// <summary>Rows of a piece: whole tiles.</summary>
    private const int PieceRows = 48;

    public override bool MixesRows => true;

    public override bool IsLarge => true;

    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch) => ForwardShare(kernels, batch, block, Share.Whole, scratch);

    public override void ForwardShare(IKernels kernels, Batch batch, Block block, Share share, Scratch scratch)
    {
        if (kernels is IBatchAttention all)
        {
            all.CachedAttention(shape, cache, layer, qkv, y, batch, block);
            return;
        }

        var (begin, end) = share.Of((block.EndSegment - block.FirstSegment) * shape.KeyHeads);
        var piece = 0;
        for (var segment = block.FirstSegment; segment < block.EndSegment; segment++)
        {
            var rows = batch.Segment(segment);
            if (rows.Count > 1)
            {
                Pieces(kernels, batch, segment, share, ref piece, scratch);
                continue;
            }

            var item = (segment - block.FirstSegment) * shape.KeyHeads;
            var heads = new KeyHeads(Math.Max(begin - item, 0), Math.Min(end - item, shape.KeyHeads));
            if (heads.Begin >= heads.End) continue;
            var (sequence, first) = (batch.Cached(segment), batch.FirstPosition(segment));
            kernels.StoreKeyValues(cache, sequence, layer, first, qkv, rows, heads);
            kernels.CachedAttention(shape, cache, sequence, layer, first, qkv, y, rows, heads, scratch);
        }
    }

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => throw new InvalidOperationException("Sampling has no backward.");

    private void Pieces(IKernels kernels, Batch batch, int segment, Share share, ref int piece, Scratch scratch)
    {
        var rows = batch.Segment(segment);
        for (var row = rows.Begin; row < rows.End; row += PieceRows)
        {
            for (var head = 0; head < shape.KeyHeads; head++)
            {
                if (piece++ % share.Count != share.Index) continue;
                var part = new Rows(row, Math.Min(row + PieceRows, rows.End));
                kernels.CachedAttention(shape, cache, batch.Cached(segment), layer, batch.FirstPosition(segment) + row - rows.Begin, qkv, y, part, new KeyHeads(head, head + 1), scratch);
            }
        }
    }
}

internal sealed class GatedActivationOperation(ActivationKind kind, Tensor gateUp, Tensor y) : Operation
{
    public override void Forward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.GatedActivation(kind, gateUp, y, block.Rows);

    public override void Backward(IKernels kernels, Batch batch, Block block, Scratch scratch) => kernels.GatedActivationBackward(kind, gateUp, y, block.Rows);
}
