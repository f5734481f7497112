using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Log-probability of the target and entropy of softmax(softCap(x·Wᵀ)·scale), a few rows of logits at a time. The sampler calls
/// <see cref="RowStatistics"/> on its own logits: the same code on the same bits.
/// </summary>
internal static unsafe class LogProbabilityKernel<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Rows of logits in scratch memory at a time, and where there.</summary>
    public const int RowsAtOnce = 24, LogitSlot = 6;

    public static void Forward(Tensor x, LinearWeight head, LogitShape shape, int* targets, Tensor statistics, Rows rows, Scratch scratch)
    {
        int v = head.Rows, stride = Tensor.PaddedStride(v);
        var logits = scratch.F32(LogitSlot, (long)RowsAtOnce * stride);
        for (var t = rows.Begin; t < rows.End; t += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows.End - t);
            Logits(x, head, t, count, logits, stride);
            for (var r = 0; r < count; r++) RowStatistics(logits + ((nint)r * stride), v, shape, targets[t + r], statistics.F32(t + r));
        }
    }

    public static void Backward(Tensor x, LinearWeight head, LogitShape shape, int* targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows)
    {
        var v = head.Rows;
        var z = logits.GradientF32(rows.Begin - firstRow);
        Logits(x, head, rows.Begin, rows.Count, z, logits.Stride);
        for (var t = rows.Begin; t < rows.End; t++, z += logits.Stride)
        {
            RowStatistics(z, v, shape, targets[t], statistics.F32(t));
            GradientRow(z, v, shape, targets[t], statistics.F32(t), upstream.F32(t)[0], upstream.F32(t)[1]);
        }
    }

    public static void Logits(Tensor x, LinearWeight head, int row, int count, float* logits, int stride) =>
        LinearKernel<TL>.Product(head, count, x.F32(row), x.Stride, 0, head.Rows, logits, stride, null, null, 0);

    /// <summary>
    /// Scales a row of logits in place, z = softCap(logit)·scale, and writes (log p of the target, entropy, max, Σ e^(z - max)).
    /// Errors against the exact values for these z, with u = 2^-24 and v logits in lanes W wide: s = 1e-7 + u·(v/W + log2 W + ln v + 1)
    /// relative for the sum, s + u·|log p| for log p, 2s·(1 + ln v) for the entropy. NaN or +∞ among the logits makes all NaN; -∞
    /// has probability 0 but makes the entropy NaN (0·∞), and the gradient with it; a mask is a very negative finite number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RowStatistics(float* z, int v, LogitShape shape, int target, float* statistics)
    {
        TL scale = TL.Broadcast((float)shape.Scale), highest = TL.Broadcast(float.NegativeInfinity);
        var cap = (float)shape.SoftCap;
        // Whole vectors throughout: the row is padded, and what stands behind it must not count.
        var padded = (v + TL.Width - 1) & -TL.Width;
        for (var j = 0; j < padded; j += TL.Width)
        {
            var value = TL.Load(z + j);
            if (cap != 0) value = SoftmaxRow<TL>.Capped(value, cap);
            TL.Store(TL.Multiply(value, scale), z + j);
        }

        for (var j = v; j < padded; j++) z[j] = float.NegativeInfinity;
        for (var j = 0; j < padded; j += TL.Width) highest = TL.Max(highest, TL.Load(z + j));
        var max = TL.MaxElement(highest);
        TL m = TL.Broadcast(max), sum = TL.Zero, weighted = TL.Zero;
        // Far below the largest, which a very low temperature takes below -1e30 itself.
        for (var j = v; j < padded; j++) z[j] = MathF.Min(-1e30f, 2 * max);
        for (var j = 0; j < padded; j += TL.Width)
        {
            var shifted = TL.Subtract(TL.Load(z + j), m);
            var e = VectorMath<TL>.Exp(shifted);
            sum = TL.Add(sum, e);
            weighted = TL.Fma(e, shifted, weighted);
        }

        var total = TL.Sum(sum);
        statistics[0] = target < 0 ? 0 : TokenStatistics.LogProbability(z[target], max, total);
        statistics[1] = (float)(Math.Log(total) - (TL.Sum(weighted) / (double)total));
        statistics[2] = max;
        statistics[3] = total;
    }

    /// <summary>
    /// d(upLogp·log p + upEntropy·H)/d logit: z enters by p = e^(z - lse): scale·(upLogp·([j = target] - p) - upEntropy·p·(log p + H)),
    /// times 1 - tanh² for a soft cap. p is 0 below 2^-40; above, its relative error is below 1e-7 + s + u·(|lse| + |log p| + 1), s and u as above,
    /// because the log-sum-exp is rounded to a float: logits far from 0 cost digits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientRow(float* z, int v, LogitShape shape, int target, float* statistics, float upLogp, float upEntropy)
    {
        if (target < 0) upLogp = 0;
        var lse = TL.Broadcast((float)(statistics[2] + Math.Log(statistics[3])));
        TL scale = TL.Broadcast((float)shape.Scale), a = TL.Broadcast(-upLogp), b = TL.Broadcast(-upEntropy), entropy = TL.Broadcast(statistics[1]);
        var cap = (float)shape.SoftCap;
        var chosen = target < 0 ? 0 : z[target];
        var capFactor = TL.Broadcast(cap == 0 ? 0 : 1 / (cap * (float)shape.Scale));
        var padded = (v + TL.Width - 1) & -TL.Width;
        for (var j = 0; j < padded; j += TL.Width)
        {
            var value = TL.Load(z + j);
            var logp = TL.Subtract(value, lse);
            var p = VectorMath<TL>.Probability(logp);
            var d = TL.Multiply(TL.Multiply(p, TL.Fma(b, TL.Add(logp, entropy), a)), scale);
            if (cap != 0)
            {
                var th = TL.Multiply(value, capFactor);
                d = TL.Multiply(d, TL.Subtract(TL.Broadcast(1), TL.Multiply(th, th)));
            }

            TL.Store(d, z + j);
        }

        if (target < 0) return;
        var tanh = cap == 0 ? 0 : chosen / (cap * (float)shape.Scale);
        z[target] += upLogp * (float)shape.Scale * (1 - (tanh * tanh));
    }
}
