using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// The gradient of attention for one sequence and one key head. Weights are recomputed from the kept log-sum-exp, by blocks of
/// queries: P = e^(z - lse), dP = dO·Vᵀ, dZ = P·(dP - Σ dO·O), then dV += Pᵀ·dO, dK += dZᵀ·Q, dQ = dZ·K (Dao et al. 2022,
/// appendix B). Queries are taken in order, so each element of dK and dV is one chain.
/// </summary>
internal static unsafe class AttentionBackwardKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int QueryBlock = 48;
    private const int KeySlot = 2, ValueSlot = 3, WeightSlot = 4, GradientSlot = 5;

    public static void Run(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows segment, int keyHead, Scratch scratch)
    {
        int tokens = segment.Count, size = shape.HeadSize, stride = qkv.Stride, begin = segment.Begin;
        int keyColumn = shape.KeyColumn(keyHead), valueColumn = shape.ValueColumn(keyHead);
        var keys = AttentionKernel<TL>.PackTransposed(qkv.F32(begin) + keyColumn, stride, tokens, size, scratch, KeySlot);
        var values = AttentionKernel<TL>.PackTransposed(qkv.F32(begin) + valueColumn, stride, tokens, size, scratch, ValueSlot);
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
            for (var i = 0; i < tokens; i += QueryBlock)
            {
                var count = Math.Min(QueryBlock, tokens - i);
                var (low, high) = AttentionKernel<TL>.VisibleKeys(shape, i, count, tokens);
                var first = low & -TL.Width;
                float* q = qkv.F32(begin + i) + column, o = output.F32(begin + i) + column, dO = output.GradientF32(begin + i) + column;
                AttentionKernel<TL>.Scores(q, stride, count, size, keys, low, high, weights, pitch);
                AttentionKernel<TL>.Scores(dO, output.Stride, count, size, values, low, high, gradients, pitch);
                for (var r = 0; r < count; r++)
                {
                    var (from, to) = AttentionKernel<TL>.VisibleKeys(shape, i + r, 1, tokens);
                    var delta = RowMath<TL>.Dot(dO + (r * output.Stride), o + (r * output.Stride), size);
                    ScoreGradientRow(weights + (r * pitch), gradients + (r * pitch), first, from, to, MatrixProduct<TL>.RoundUp(high), (float)shape.Scale, (float)shape.SoftCap, logSumExp.F32(begin + i + r)[head], delta);
                }

                for (var c = 0; c < size; c += MatrixProduct<TL>.PanelWidth)
                {
                    var width = Math.Min(MatrixProduct<TL>.PanelWidth, size - c);
                    float* dV = qkv.GradientF32(begin + first) + valueColumn + c, dK = qkv.GradientF32(begin + first) + keyColumn + c;
                    MatrixProduct<TL>.Panel(high - first, width, count, weights + first, 1, pitch, dO + c, output.Stride, dV, stride, dV, stride, null, 0);
                    MatrixProduct<TL>.Panel(high - first, width, count, gradients + first, 1, pitch, q + c, stride, dK, stride, dK, stride, null, 0);
                    MatrixProduct<TL>.Panel(
                        count, width, high - first, gradients + first, pitch, 1, qkv.F32(begin + first) + keyColumn + c, stride,
                        qkv.GradientF32(begin + i) + column + c, stride, null, 0, null, 0);
                }
            }
        }
    }

    /// <summary>
    /// Scores become weights P, and dP becomes the gradient of the unscaled scores; masked keys become zero. Given the log-sum-exp,
    /// P has a relative error below e = 1e-7 + u·(|lse| + |log P| + 1) with u = 2^-24, and is 0 where it is below 2^-40; the gradient's error is below (e + 4u)·P·(|dP| + |delta|)·slope. A score of -∞ gives 0, NaN gives NaN.
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
