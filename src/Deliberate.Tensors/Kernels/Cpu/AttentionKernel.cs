using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Attention of one sequence for the query heads of one key head. Keys are packed once, transposed; queries come in tiles of
/// six rows: scores against the keys they may see, softmax with the whole row at hand, then the weighted sum of values, divided
/// by the sum of weights last. Each score is a chain over the head's columns and each output a chain over the keys in order.
/// </summary>
internal static unsafe class AttentionKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int KeySlot = 0, ScoreSlot = 1;

    public static void Forward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows segment, int keyHead, Scratch scratch)
    {
        int tokens = segment.Count, size = shape.HeadSize, stride = qkv.Stride;
        var keys = PackTransposed(qkv.F32(segment.Begin) + shape.KeyColumn(keyHead), stride, tokens, size, scratch, KeySlot);
        var values = qkv.F32(segment.Begin) + shape.ValueColumn(keyHead);
        var pitch = ScorePitch(tokens);
        var scores = scratch.F32(ScoreSlot, 6L * pitch);
        var inverse = stackalloc float[6];
        for (var g = 0; g < shape.Group; g++)
        {
            var head = (keyHead * shape.Group) + g;
            for (var i = 0; i < tokens; i += 6)
            {
                var count = Math.Min(6, tokens - i);
                var (low, high) = VisibleKeys(shape, i, count, tokens);
                Scores(qkv.F32(segment.Begin + i) + (head * size), stride, count, size, keys, low, high, scores, pitch);
                var target = output.F32(segment.Begin + i) + (head * size);
                var lse = logSumExp.F32(segment.Begin + i) + head;
                for (var r = 0; r < count; r++)
                {
                    var (from, to) = VisibleKeys(shape, i + r, 1, tokens);
                    var (max, sum) = SoftmaxRow<TL>.Exponentials(scores + (r * pitch), from, to, MatrixProduct<TL>.RoundUp(high), (float)shape.Scale, (float)shape.SoftCap);
                    inverse[r] = 1 / sum;
                    lse[r * logSumExp.Stride] = (float)(max + Math.Log(sum));
                }

                WeightedValues(scores, pitch, count, low, high, values, stride, target, output.Stride, size);
                for (var r = 0; r < count; r++) ScaleRow(target + (r * output.Stride), inverse[r], size);
            }
        }
    }

    /// <summary>Keys [low, high) that some of the queries [first, first + count) may see.</summary>
    public static (int Low, int High) VisibleKeys(AttentionShape shape, int first, int count, int tokens) =>
        (shape.Window > 0 ? Math.Max(0, first - shape.Window + 1) : 0, shape.Causal ? Math.Min(tokens, first + count) : tokens);

    /// <summary>Distance between rows of scores: whole vectors, an odd number of cache lines.</summary>
    public static int ScorePitch(int tokens) => (((tokens + 15) / 16) | 1) * 16 + 64;

    /// <summary>Panels [key block][column of the head][key], zero behind the last key.</summary>
    public static float* PackTransposed(float* source, nint sourceRow, int tokens, int size, Scratch scratch, int slot)
    {
        var width = MatrixProduct<TL>.PanelWidth;
        var panels = LinearKernel<TL>.Panels(tokens);
        var packed = scratch.F32(slot, (long)panels * width * size);
        for (var panel = 0; panel < panels; panel++)
        {
            var target = packed + MatrixProduct<TL>.PanelOffset(panel, size);
            var count = Math.Min(width, tokens - (panel * width));
            if (count < width) new Span<float>(target, width * size).Clear();
            MatrixTranspose.Copy(source + (panel * width * sourceRow), sourceRow, count, size, target, width);
        }

        return packed;
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
