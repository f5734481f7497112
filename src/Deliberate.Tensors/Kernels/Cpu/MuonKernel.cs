using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Muon (Jordan et al. 2024; torch.optim.Muon): the momentum of a matrix's gradient, made nearly orthogonal by
/// <see cref="NewtonSchulz{TL}"/> in float32, in the wide orientation, whose square X·Xᵀ is the smaller one.
/// </summary>
internal static unsafe class MuonKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int UpdateSlot = 6, XSlot = 7;

    public static void Run(in MuonStep step, float* p, float* g, float* momentum, int rows, int columns, Scratch scratch)
    {
        var tall = rows > columns;
        int n = tall ? columns : rows, m = tall ? rows : columns;
        int xRow = Tensor.PaddedStride(m), uRow = tall ? Tensor.PaddedStride(columns) : xRow;
        var x = scratch.F32(XSlot, (long)n * xRow);
        var update = tall ? scratch.F32(UpdateSlot, (long)rows * uRow) : x;
        for (var i = 0; i < rows; i++) Momentum(step, g + ((nint)i * columns), momentum + ((nint)i * columns), update + ((nint)i * uRow), columns);
        if (tall) MatrixTranspose.Copy(update, uRow, rows, columns, x, xRow);
        double norm = 0;
        for (var i = 0; i < n; i++) norm += RowMath<TL>.Dot(x + ((nint)i * xRow), x + ((nint)i * xRow), m);
        var factor = (float)(1 / Math.Max(Math.Sqrt(norm), step.Epsilon));
        for (var i = 0; i < n; i++) OptimizerKernel<TL>.Scale(x + ((nint)i * xRow), m, factor);
        NewtonSchulz<TL>.Run(step, x, n, m, xRow, scratch);
        if (tall) MatrixTranspose.Copy(x, xRow, n, m, update, uRow);
        float keep = (float)(1 - (step.LearningRate * step.WeightDecay)), rate = (float)(step.LearningRate * step.Ratio);
        for (var i = 0; i < rows; i++) Apply(p + ((nint)i * columns), update + ((nint)i * uRow), keep, rate, columns);
    }

    /// <summary>buffer = lerp(buffer, g, 1 - momentum); the update is the buffer, or lerp(g, buffer, momentum) with Nesterov.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Momentum(in MuonStep step, float* g, float* buffer, float* update, int length)
    {
        float mu = (float)step.Momentum, rest = (float)(1 - step.Momentum);
        TL vectorMu = TL.Broadcast(mu), vectorRest = TL.Broadcast(rest);
        var i = 0;
        for (; i <= length - TL.Width; i += TL.Width)
        {
            var fresh = TL.Multiply(TL.Load(g + i), vectorRest);
            var held = TL.Add(TL.Multiply(TL.Load(buffer + i), vectorMu), fresh);
            TL.Store(held, buffer + i);
            TL.Store(step.Nesterov ? TL.Add(fresh, TL.Multiply(held, vectorMu)) : held, update + i);
        }

        for (; i < length; i++)
        {
            var held = (buffer[i] * mu) + (g[i] * rest);
            buffer[i] = held;
            update[i] = step.Nesterov ? (g[i] * rest) + (held * mu) : held;
        }
    }

    /// <summary>p = keep·p - rate·update.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(float* p, float* update, float keep, float rate, int length)
    {
        TL vectorKeep = TL.Broadcast(keep), vectorRate = TL.Broadcast(rate);
        var i = 0;
        for (; i <= length - TL.Width; i += TL.Width) TL.Store(TL.Subtract(TL.Multiply(TL.Load(p + i), vectorKeep), TL.Multiply(vectorRate, TL.Load(update + i))), p + i);
        for (; i < length; i++) p[i] = (p[i] * keep) - (rate * update[i]);
    }
}
