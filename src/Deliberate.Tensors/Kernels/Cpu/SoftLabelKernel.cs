using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Distance to the distribution of another model over the same outputs: both models' logits a few rows at a time, z of the one that
/// learns and y of the one it learns from, neither kept. With p = softmax(z), q = softmax(y): s = Σ_j q_j (log p_j - log q_j), the
/// negative KL(q || p) in nats, and ds/dz_j = q_j - p_j.
/// </summary>
internal static unsafe class SoftLabelKernel<TL>
    where TL : struct, ILanes<TL>
{
    public static void Backward(
        Tensor x, LinearWeight head, LogitShape shape, SoftLabels labels, int* targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows, Scratch scratch)
    {
        var (v, stride) = (head.Rows, Tensor.PaddedStride(head.Rows));
        var other = scratch.F32(LogProbabilityKernel<TL>.LogitSlot, (long)LogProbabilityKernel<TL>.RowsAtOnce * stride);
        var z = logits.GradientF32(rows.Begin - firstRow);
        LogProbabilityKernel<TL>.Logits(x, head, rows.Begin, rows.Count, z, logits.Stride);
        var otherStatistics = stackalloc float[4];
        for (var t = rows.Begin; t < rows.End; t += LogProbabilityKernel<TL>.RowsAtOnce)
        {
            var count = Math.Min(LogProbabilityKernel<TL>.RowsAtOnce, rows.End - t);
            LogProbabilityKernel<TL>.Logits(labels.Hidden, labels.Head, t, count, other, stride);
            for (var r = 0; r < count; r++, z += logits.Stride)
            {
                float* y = other + ((nint)r * stride), row = statistics.F32(t + r);
                var target = targets[t + r];
                LogProbabilityKernel<TL>.RowStatistics(z, v, shape, -1, row);
                LogProbabilityKernel<TL>.RowStatistics(y, v, labels.Shape, -1, otherStatistics);
                row[0] = GradientRow(z, y, v, shape, row, otherStatistics, target < 0 ? 0 : upstream.F32(t + r)[0]);
                if (target < 0) row[0] = 0;
            }
        }
    }

    /// <summary>z becomes upstream · ds/dlogit; returns s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float GradientRow(float* z, float* y, int v, LogitShape shape, float* statistics, float* other, float upstream)
    {
        TL lse = TL.Broadcast((float)(statistics[2] + Math.Log(statistics[3]))), otherLse = TL.Broadcast((float)(other[2] + Math.Log(other[3])));
        TL factor = TL.Broadcast(upstream * (float)shape.Scale), sum = TL.Zero;
        var cap = (float)shape.SoftCap;
        var capFactor = TL.Broadcast(cap == 0 ? 0 : 1 / (cap * (float)shape.Scale));
        var padded = (v + TL.Width - 1) & -TL.Width;
        for (var j = 0; j < padded; j += TL.Width)
        {
            var value = TL.Load(z + j);
            TL logp = TL.Subtract(value, lse), logq = TL.Subtract(TL.Load(y + j), otherLse);
            TL p = VectorMath<TL>.Probability(logp), q = VectorMath<TL>.Probability(logq);
            sum = TL.Fma(q, TL.Subtract(logp, logq), sum);
            var d = TL.Multiply(TL.Subtract(q, p), factor);
            if (cap != 0)
            {
                var th = TL.Multiply(value, capFactor);
                d = TL.Multiply(d, TL.Subtract(TL.Broadcast(1), TL.Multiply(th, th)));
            }

            TL.Store(d, z + j);
        }

        return TL.Sum(sum);
    }
}
