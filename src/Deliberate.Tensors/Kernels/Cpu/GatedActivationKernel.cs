using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// y = activation(gate)·up. SiLU: g·σ(g), derivative σ·(1 + g·(1 - σ)). Tanh-GELU: 0.5·g·(1 + tanh u), u = √(2/π)·(g + 0.044715·g³),
/// derivative 0.5·(1 + tanh u) + 0.5·g·(1 - tanh² u)·u'.
/// Errors of activation and derivative, for every finite gate and each width of vector (vectors all give the same bits): SiLU
/// 2.5e-7 relative; its derivative 1.2e-6 absolute above 0, 2.5e-7·σ·(1 + |g|) below; both 4.3e-39·|g| more below -87, where
/// <see cref="VectorMath{TL}.Sigmoid"/> stops falling. Tanh-GELU 2e-7·|g|; its derivative 3e-6 absolute for |g| up to 1e19, and NaN
/// beyond, where g² overflows. NaN gives NaN; +∞ gives +∞ with the derivative NaN; SiLU of -∞ gives -∞ with the derivative -∞: a
/// gate that is not finite is seen in the loss or the gradient's norm.
/// </summary>
internal static unsafe class GatedActivationKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const float Root = 0.7978845608f, Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows)
    {
        var f = y.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            float* gate = gateUp.F32(t), up = gate + f, target = y.F32(t);
            var i = 0;
            for (; i <= f - TL.Width; i += TL.Width)
            {
                Activate(kind, TL.Load(gate + i), out var value, out _);
                TL.Store(TL.Multiply(value, TL.Load(up + i)), target + i);
            }

            if (i < f) ForwardTail(kind, gate + i, up + i, target + i, f - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows)
    {
        var f = y.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            float* gate = gateUp.F32(t), up = gate + f, dGate = gateUp.GradientF32(t), dUp = dGate + f, dy = y.GradientF32(t);
            var i = 0;
            for (; i <= f - TL.Width; i += TL.Width)
            {
                Activate(kind, TL.Load(gate + i), out var value, out var slope);
                var d = TL.Load(dy + i);
                TL.Store(TL.Multiply(TL.Multiply(d, TL.Load(up + i)), slope), dGate + i);
                TL.Store(TL.Multiply(d, value), dUp + i);
            }

            if (i < f) BackwardTail(kind, gate + i, up + i, dGate + i, dUp + i, dy + i, f - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Activate(ActivationKind kind, TL g, out TL value, out TL slope)
    {
        var one = TL.Broadcast(1);
        if (kind == ActivationKind.Silu)
        {
            var s = VectorMath<TL>.Sigmoid(g);
            value = TL.Multiply(g, s);
            slope = TL.Multiply(s, TL.Fma(g, TL.Subtract(one, s), one));
            return;
        }

        var square = TL.Multiply(g, g);
        var th = VectorMath<TL>.Tanh(TL.Multiply(TL.Multiply(TL.Broadcast(Root), g), TL.Fma(TL.Broadcast(Cubic), square, one)));
        var half = TL.Multiply(TL.Broadcast(0.5f), TL.Add(one, th));
        value = TL.Multiply(g, half);
        var inner = TL.Multiply(TL.Broadcast(Root), TL.Fma(TL.Broadcast(3 * Cubic), square, one));
        slope = TL.Fma(TL.Multiply(TL.Multiply(TL.Broadcast(0.5f), g), TL.Subtract(one, TL.Multiply(th, th))), inner, half);
    }

    /// <summary>The last columns, through a buffer of one vector, so that they are rounded as the others are.</summary>
    private static void ForwardTail(ActivationKind kind, float* gate, float* up, float* target, int count)
    {
        float* g = stackalloc float[TL.Width], v = stackalloc float[TL.Width];
        for (var i = 0; i < count; i++) g[i] = gate[i];
        Activate(kind, TL.Load(g), out var value, out _);
        TL.Store(value, v);
        for (var i = 0; i < count; i++) target[i] = v[i] * up[i];
    }

    private static void BackwardTail(ActivationKind kind, float* gate, float* up, float* dGate, float* dUp, float* dy, int count)
    {
        float* g = stackalloc float[TL.Width], v = stackalloc float[TL.Width], s = stackalloc float[TL.Width];
        for (var i = 0; i < count; i++) g[i] = gate[i];
        Activate(kind, TL.Load(g), out var value, out var slope);
        TL.Store(value, v);
        TL.Store(slope, s);
        for (var i = 0; i < count; i++)
        {
            dGate[i] = dy[i] * up[i] * s[i];
            dUp[i] = dy[i] * v[i];
        }
    }
}
