using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Attention of one sequence for the query heads of one key head. Keys are packed once, transposed; queries come in tiles of
/// six rows: scores against the keys they may see, softmax with the whole row at hand, then the weighted sum of values, divided
/// by the sum of weights last. Each score is a chain over the head's columns and each output a chain over the keys in order, those of a
/// prefix first: so a row has the bits that it has in the whole sequence.
/// </summary>
internal static unsafe class AttentionKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int KeySlot = 0, ScoreSlot = 1, ValueSlot = 7;

    public static void Forward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch)
    {
        int before = prefix.Count, tokens = before + segment.Count, size = shape.HeadSize, stride = qkv.Stride;
        var keys = PackTransposed(qkv, shape.KeyColumn(keyHead), prefix, segment, size, scratch, KeySlot);
        var values = Gathered(qkv, shape.ValueColumn(keyHead), prefix, segment, size, scratch, ValueSlot, out var valueRow);
        var pitch = ScorePitch(tokens);
        var scores = scratch.F32(ScoreSlot, 6L * pitch);
        var inverse = stackalloc float[6];
        for (var g = 0; g < shape.Group; g++)
        {
            var head = (keyHead * shape.Group) + g;
            for (var i = 0; i < segment.Count; i += 6)
            {
                var count = Math.Min(6, segment.Count - i);
                var (low, high) = VisibleKeys(shape, before + i, count, tokens);
                Scores(qkv.F32(segment.Begin + i) + (head * size), stride, count, size, keys, low, high, scores, pitch);
                var target = output.F32(segment.Begin + i) + (head * size);
                var lse = logSumExp.F32(segment.Begin + i) + head;
                for (var r = 0; r < count; r++)
                {
                    var (from, to) = VisibleKeys(shape, before + i + r, 1, tokens);
                    var (max, sum) = SoftmaxRow<TL>.Exponentials(scores + (r * pitch), from, to, MatrixProduct<TL>.RoundUp(high), (float)shape.Scale, (float)shape.SoftCap);
                    inverse[r] = 1 / sum;
                    lse[r * logSumExp.Stride] = (float)(max + Math.Log(sum));
                }

                WeightedValues(scores, pitch, count, low, high, values, valueRow, target, output.Stride, size);
                for (var r = 0; r < count; r++) ScaleRow(target + (r * output.Stride), inverse[r], size);
            }
        }
    }

    /// <summary>Keys [low, high) that some of the queries [first, first + count) may see.</summary>
    public static (int Low, int High) VisibleKeys(AttentionShape shape, int first, int count, int tokens) =>
        (shape.Window > 0 ? Math.Max(0, first - shape.Window + 1) : 0, shape.Causal ? Math.Min(tokens, first + count) : tokens);

    /// <summary>Distance between rows of scores: whole vectors, an odd number of cache lines.</summary>
    public static int ScorePitch(int tokens) => (((tokens + 15) / 16) | 1) * 16 + 64;

    /// <summary>Panels [key block][column of the head][key] of the prefix's rows and then the segment's, zero behind the last key.</summary>
    public static float* PackTransposed(Tensor source, int column, Rows prefix, Rows segment, int size, Scratch scratch, int slot)
    {
        var width = MatrixProduct<TL>.PanelWidth;
        var tokens = prefix.Count + segment.Count;
        var panels = LinearKernel<TL>.Panels(tokens);
        var packed = scratch.F32(slot, (long)panels * width * size);
        for (var panel = 0; panel < panels; panel++)
        {
            var target = packed + MatrixProduct<TL>.PanelOffset(panel, size);
            int first = panel * width, end = Math.Min(first + width, tokens);
            if (end - first < width) new Span<float>(target, width * size).Clear();
            var split = Math.Clamp(prefix.Count, first, end);
            if (split > first) MatrixTranspose.Copy(source.F32(prefix.Begin + first) + column, source.Stride, split - first, size, target, width);
            if (end > split) MatrixTranspose.Copy(source.F32(segment.Begin + split - prefix.Count) + column, source.Stride, end - split, size, target + (split - first), width);
        }

        return packed;
    }

    /// <summary>Columns [column, column + size) of the prefix's rows and then the segment's, one after another: where they lie, if there is no prefix.</summary>
    public static float* Gathered(Tensor source, int column, Rows prefix, Rows segment, int size, Scratch scratch, int slot, out nint rowLength)
    {
        rowLength = source.Stride;
        if (prefix.Count == 0) return source.F32(segment.Begin) + column;
        rowLength = MatrixProduct<TL>.RoundUp(size);
        var gathered = scratch.F32(slot, (prefix.Count + segment.Count) * (long)rowLength);
        var target = gathered;
        foreach (var rows in (ReadOnlySpan<Rows>)[prefix, segment])
            for (var row = rows.Begin; row < rows.End; row++, target += rowLength) new ReadOnlySpan<float>(source.F32(row) + column, size).CopyTo(new Span<float>(target, size));
        return gathered;
    }

    /// <summary>scores [count, keys] = q·kᵀ for the panels that hold keys [low, high).</summary>
    public static void Scores(float* q, nint qRow, int count, int size, float* keys, int low, int high, float* scores, int pitch)
    {
        var width = MatrixProduct<TL>.PanelWidth;
        var last = MatrixProduct<TL>.RoundUp(high);
        for (var panel = low / width; panel * width < high; panel++)
        {
            var columns = Math.Min(width, last - (panel * width));
            MatrixProduct<TL>.Panel(count, columns, size, q, qRow, 1, keys + MatrixProduct<TL>.PanelOffset(panel, size), width, scores + (panel * width), pitch, null, 0, null, 0);
        }
    }

    /// <summary>target [count, size] = scores [count, low..high) · values.</summary>
    public static void WeightedValues(float* scores, int pitch, int count, int low, int high, float* values, nint valueRow, float* target, nint targetRow, int size)
    {
        var first = low & -TL.Width;
        for (var column = 0; column < size; column += MatrixProduct<TL>.PanelWidth)
            MatrixProduct<TL>.Panel(
                count, Math.Min(MatrixProduct<TL>.PanelWidth, size - column), high - first, scores + first, pitch, 1, values + (first * valueRow) + column, valueRow,
                target + column, targetRow, null, 0, null, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleRow(float* row, float factor, int size)
    {
        var f = TL.Broadcast(factor);
        var i = 0;
        for (; i <= size - TL.Width; i += TL.Width) TL.Store(TL.Multiply(TL.Load(row + i), f), row + i);
        for (; i < size; i++) row[i] *= factor;
    }
}
