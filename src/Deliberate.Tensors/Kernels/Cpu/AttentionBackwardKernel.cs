using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// The gradient of attention for one sequence and one key head. Weights are recomputed from the kept log-sum-exp, by blocks of
/// queries: P = e^(z - lse), dP = dO·Vᵀ, dZ = P·(dP - Σ dO·O), then dV += Pᵀ·dO, dK += dZᵀ·Q, dQ = dZ·K (Dao et al. 2022,
/// appendix B). Queries are taken in order, so each element of dK and dV is one chain; terms that the mask makes zero are left out of
/// it, tile by tile, which leaves its bits. To the keys and values of a prefix each segment behind it adds in turn.
/// </summary>
internal static unsafe class AttentionBackwardKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int QueryBlock = 48, TileRows = 6;
    private const int KeySlot = 2, ValueSlot = 3, WeightSlot = 4, GradientSlot = 5, KeyRowSlot = 7;

    public static void Run(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch)
    {
        int before = prefix.Count, tokens = before + segment.Count, size = shape.HeadSize, stride = qkv.Stride, begin = segment.Begin;
        int keyColumn = shape.KeyColumn(keyHead), valueColumn = shape.ValueColumn(keyHead);
        var keys = AttentionKernel<TL>.PackTransposed(qkv, keyColumn, prefix, segment, size, scratch, KeySlot);
        var values = AttentionKernel<TL>.PackTransposed(qkv, valueColumn, prefix, segment, size, scratch, ValueSlot);
        var keyRows = AttentionKernel<TL>.Gathered(qkv, keyColumn, prefix, segment, size, scratch, KeyRowSlot, out var keyRow);
        for (var t = begin; t < segment.End; t++)
        {
            new Span<float>(qkv.GradientF32(t) + keyColumn, size).Clear();
            new Span<float>(qkv.GradientF32(t) + valueColumn, size).Clear();
        }

        var pitch = AttentionKernel<TL>.ScorePitch(tokens);
        var weights = scratch.F32(WeightSlot, (long)QueryBlock * pitch);
        var gradients = scratch.F32(GradientSlot, (long)QueryBlock * pitch);
        for (var g = 0; g < shape.Group; g++)
        {
            var head = (keyHead * shape.Group) + g;
            var column = head * size;
            for (var i = 0; i < segment.Count; i += QueryBlock)
            {
                var count = Math.Min(QueryBlock, segment.Count - i);
                var (low, high) = AttentionKernel<TL>.VisibleKeys(shape, before + i, count, tokens);
                var first = low & -TL.Width;
                for (var r = 0; r < count; r += TileRows)
                    QueryTile(
                        shape, qkv, output, logSumExp, before, segment, head, i + r, Math.Min(TileRows, count - r), keys, keyRows, keyRow, values,
                        weights + (r * pitch), gradients + (r * pitch), pitch, first, MatrixProduct<TL>.RoundUp(high));

                float* q = qkv.F32(begin + i) + column, dO = output.GradientF32(begin + i) + column;
                for (var c = 0; c < size; c += MatrixProduct<TL>.PanelWidth)
                {
                    var width = Math.Min(MatrixProduct<TL>.PanelWidth, size - c);
                    // Keys that all of the block's queries see, those of the prefix among them, and then by tiles those that the first of them do not.
                    var seen = shape.Causal ? Math.Max(first, before + i) : high;
                    for (var key = first; key < high;)
                    {
                        var rows = key < seen ? seen - key : Math.Min(TileRows, high - key);
                        var skip = key < seen ? 0 : key - before - i;
                        if (key < before) rows = Math.Min(rows, before - key);
                        var at = qkv.GradientF32(key < before ? prefix.Begin + key : begin + key - before) + c;
                        MatrixProduct<TL>.Panel(
                            rows, width, count - skip, weights + (skip * pitch) + key, 1, pitch, dO + (skip * output.Stride) + c, output.Stride,
                            at + valueColumn, stride, at + valueColumn, stride, null, 0);
                        MatrixProduct<TL>.Panel(
                            rows, width, count - skip, gradients + (skip * pitch) + key, 1, pitch, q + (skip * stride) + c, stride,
                            at + keyColumn, stride, at + keyColumn, stride, null, 0);
                        key += rows;
                    }
                }
            }
        }
    }

    /// <summary>
    /// P and dZ of a tile of queries, and dQ. Only what the tile may see is computed; the rest of [first, padded), where the rows
    /// are read with others', becomes zero.
    /// </summary>
    private static void QueryTile(
        AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, int before, Rows segment, int head, int query, int count, float* keys, float* keyRows, nint keyRow, float* values,
        float* weights, float* gradients, int pitch, int first, int padded)
    {
        int size = shape.HeadSize, stride = qkv.Stride, column = head * size, at = segment.Begin + query;
        var (low, high) = AttentionKernel<TL>.VisibleKeys(shape, before + query, count, before + segment.Count);
        int begin = low & -TL.Width, end = MatrixProduct<TL>.RoundUp(high);
        float* o = output.F32(at) + column, dO = output.GradientF32(at) + column;
        AttentionKernel<TL>.Scores(qkv.F32(at) + column, stride, count, size, keys, low, high, weights, pitch);
        AttentionKernel<TL>.Scores(dO, output.Stride, count, size, values, low, high, gradients, pitch);
        for (var r = 0; r < count; r++)
        {
            float* s = weights + (r * pitch), dP = gradients + (r * pitch);
            var (from, to) = AttentionKernel<TL>.VisibleKeys(shape, before + query + r, 1, before + segment.Count);
            var delta = RowMath<TL>.Dot(dO + (r * output.Stride), o + (r * output.Stride), size);
            ScoreGradientRow(s, dP, begin, from, to, end, (float)shape.Scale, (float)shape.SoftCap, logSumExp.F32(at + r)[head], delta);
            for (var j = first; j < begin; j++) s[j] = dP[j] = 0;
            for (var j = end; j < padded; j++) s[j] = dP[j] = 0;
        }

        var k = keyRows + (begin * keyRow);
        for (var c = 0; c < size; c += MatrixProduct<TL>.PanelWidth)
            MatrixProduct<TL>.Panel(
                count, Math.Min(MatrixProduct<TL>.PanelWidth, size - c), high - begin, gradients + begin, pitch, 1, k + c, keyRow, qkv.GradientF32(at) + column + c, stride, null, 0, null, 0);
    }

    /// <summary>
    /// Scores become weights P, and dP becomes the gradient of the unscaled scores; masked keys become zero. Given the log-sum-exp,
    /// P has a relative error below e = 1e-7 + u·(|lse| + |log P| + 1) with u = 2^-24, and is 0 where it is below 2^-40; the gradient's error
    /// is below (e + 4u)·P·(|dP| + |delta|)·slope. A score of -∞ gives 0, NaN gives NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScoreGradientRow(float* s, float* dp, int first, int low, int high, int padded, float scale, float softCap, float logSumExp, float delta)
    {
        TL factor = TL.Broadcast(scale), lse = TL.Broadcast(logSumExp), shift = TL.Broadcast(delta), one = TL.Broadcast(1);
        for (var j = first; j < padded; j += TL.Width)
        {
            var z = TL.Multiply(TL.Load(s + j), factor);
            var slope = factor;
            if (softCap != 0)
            {
                z = SoftmaxRow<TL>.Capped(z, softCap);
                var ratio = TL.Multiply(z, TL.Broadcast(1 / softCap));
                slope = TL.Multiply(slope, TL.Subtract(one, TL.Multiply(ratio, ratio)));
            }

            var p = VectorMath<TL>.Probability(TL.Subtract(z, lse));
            TL.Store(p, s + j);
            TL.Store(TL.Multiply(TL.Multiply(p, TL.Subtract(TL.Load(dp + j), shift)), slope), dp + j);
        }

        for (var j = first; j < low; j++) s[j] = dp[j] = 0;
        for (var j = high; j < padded; j++) s[j] = dp[j] = 0;
    }
}
