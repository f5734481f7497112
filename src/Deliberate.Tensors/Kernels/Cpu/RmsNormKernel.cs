using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// y = x·r·w (+ residual) with r = 1/sqrt(mean(x²) + ε), w the weight plus its offset (Zhang and Sennrich 2019). Backward:
/// dx = r·(w·dy) - x·r³/d·Σ(w·dy·x), plus the gradient that a residual brings.
/// </summary>
internal static unsafe class RmsNormKernel<TL>
    where TL : struct, ILanes<TL>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ForwardRow(float* x, float* weight, float offset, double epsilon, float* y, int d)
    {
        var inverse = (float)(1 / Math.Sqrt((RowMath<TL>.Dot(x, x, d) / (double)d) + epsilon));
        TL r = TL.Broadcast(inverse), shift = TL.Broadcast(offset);
        var i = 0;
        for (; i <= d - TL.Width; i += TL.Width) TL.Store(TL.Multiply(TL.Multiply(TL.Load(x + i), r), TL.Add(TL.Load(weight + i), shift)), y + i);
        for (; i < d; i++) y[i] = x[i] * inverse * (weight[i] + offset);
        return inverse;
    }

    /// <summary>dx = residual + d; residual may be null, and may be dx itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardRow(float* x, float* weight, float offset, float inverse, float* dy, float* residual, float* dx, int d)
    {
        var dot = RowMath<TL>.Dot3(dy, x, weight, offset, d);
        var correction = -dot * inverse * inverse * inverse / d;
        TL r = TL.Broadcast(inverse), k = TL.Broadcast(correction), shift = TL.Broadcast(offset);
        var i = 0;
        for (; i <= d - TL.Width; i += TL.Width)
        {
            var wdy = TL.Multiply(TL.Load(dy + i), TL.Add(TL.Load(weight + i), shift));
            var value = TL.Fma(TL.Load(x + i), k, TL.Multiply(wdy, r));
            if (residual != null) value = TL.Add(value, TL.Load(residual + i));
            TL.Store(value, dx + i);
        }

        for (; i < d; i++)
        {
            var value = (dy[i] * (weight[i] + offset) * inverse) + (x[i] * correction);
            dx[i] = residual == null ? value : value + residual[i];
        }
    }

    public static void Forward(Tensor x, Parameter weight, double offset, double epsilon, Tensor? residual, Tensor inverse, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            *inverse.F32(t) = ForwardRow(x.F32(t), weight.F32, (float)offset, epsilon, y.F32(t), x.Columns);
            if (residual is not null) RowMath<TL>.Add(residual.F32(t), y.F32(t), x.Columns);
        }
    }

    public static void Backward(Tensor x, Parameter weight, double offset, Tensor inverse, Tensor y, Rows rows)
    {
        var residual = x.ResidualOf;
        for (var t = rows.Begin; t < rows.End; t++)
            BackwardRow(x.F32(t), weight.F32, (float)offset, *inverse.F32(t), y.GradientF32(t), residual is null ? null : residual.GradientF32(t), x.GradientF32(t), x.Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient(Tensor x, Parameter weight, Tensor inverse, Tensor y, Rows rows, Share share)
    {
        var (begin, end) = share.Of(x.Columns, grain: 64);
        float* target = weight.GradientF32, firstX = x.F32(rows.Begin), firstY = y.GradientF32(rows.Begin), firstInverse = inverse.F32(rows.Begin);
        nint xRow = x.Stride, yRow = y.Stride, inverseRow = inverse.Stride;
        var i = begin;
        for (; i <= end - (4 * TL.Width); i += 4 * TL.Width)
        {
            TL s0 = TL.Load(target + i), s1 = TL.Load(target + i + TL.Width), s2 = TL.Load(target + i + (2 * TL.Width)), s3 = TL.Load(target + i + (3 * TL.Width));
            float* a = firstX + i, b = firstY + i, scale = firstInverse;
            for (var t = 0; t < rows.Count; t++, a += xRow, b += yRow, scale += inverseRow)
            {
                var r = TL.Broadcast(*scale);
                s0 = TL.Fma(TL.Multiply(TL.Load(a), TL.Load(b)), r, s0);
                s1 = TL.Fma(TL.Multiply(TL.Load(a + TL.Width), TL.Load(b + TL.Width)), r, s1);
                s2 = TL.Fma(TL.Multiply(TL.Load(a + (2 * TL.Width)), TL.Load(b + (2 * TL.Width))), r, s2);
                s3 = TL.Fma(TL.Multiply(TL.Load(a + (3 * TL.Width)), TL.Load(b + (3 * TL.Width))), r, s3);
            }

            TL.Store(s0, target + i);
            TL.Store(s1, target + i + TL.Width);
            TL.Store(s2, target + i + (2 * TL.Width));
            TL.Store(s3, target + i + (3 * TL.Width));
        }

        for (; i < end; i++)
            for (var t = 0; t < rows.Count; t++) target[i] += firstX[(t * xRow) + i] * firstY[(t * yRow) + i] * firstInverse[t * inverseRow];
    }
}
