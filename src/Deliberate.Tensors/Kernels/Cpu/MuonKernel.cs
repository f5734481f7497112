using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Muon (Jordan et al. 2024; torch.optim.Muon): the momentum of a matrix's gradient, made nearly orthogonal by Newton-Schulz
/// iterations X ← a·X + (b·S + c·S²)·X with S = X·Xᵀ, in float32. The wide orientation is iterated, so that S is the smaller square.
/// </summary>
internal static unsafe class MuonKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int XSlot = 7, NextSlot = 8, SquareSlot = 9, PolynomialSlot = 10, PackSlot = 11;

    public static void Run(in MuonStep step, float* p, float* g, float* momentum, int rows, int columns, Scratch scratch)
    {
        var tall = rows > columns;
        int n = tall ? columns : rows, m = tall ? rows : columns;
        int xRow = Tensor.PaddedStride(m), sRow = Tensor.PaddedStride(n);
        var x = scratch.F32(XSlot, (long)n * xRow);
        var next = scratch.F32(NextSlot, (long)n * xRow);
        var square = scratch.F32(SquareSlot, (long)n * sRow);
        var polynomial = scratch.F32(PolynomialSlot, (long)n * sRow);
        var packed = scratch.F32(PackSlot, MatrixProduct<TL>.PackedLength(n, m));
        Momentum(step, g, momentum, rows, columns, tall, x, xRow);
        double norm = 0;
        for (var i = 0; i < n; i++) norm += RowMath<TL>.Dot(x + ((nint)i * xRow), x + ((nint)i * xRow), m);
        var factor = (float)(1 / Math.Max(Math.Sqrt(norm), step.Epsilon));
        for (var i = 0; i < n; i++) OptimizerKernel<TL>.Scale(x + ((nint)i * xRow), m, factor);
        for (var iteration = 0; iteration < step.Iterations; iteration++)
        {
            var panels = LinearKernel<TL>.Panels(n);
            PackedMatrix<TL>.FromTransposed(x, xRow, n, m, packed, 0, panels);
            MatrixProduct<TL>.Packed(n, n, m, x, xRow, packed, 0, panels, square, sRow, null, null, 0);
            Multiply(n, n, n, square, sRow, square, sRow, polynomial, sRow);
            for (var i = 0; i < n; i++) Combine(square + ((nint)i * sRow), polynomial + ((nint)i * sRow), (float)step.B, (float)step.C, n);
            Multiply(n, m, n, polynomial, sRow, x, xRow, next, xRow);
            for (var i = 0; i < n; i++) Combine(x + ((nint)i * xRow), next + ((nint)i * xRow), (float)step.A, 1, m);
            var swap = x;
            x = next;
            next = swap;
        }

        float keep = (float)(1 - (step.LearningRate * step.WeightDecay)), rate = (float)(step.LearningRate * step.Ratio);
        for (var i = 0; i < rows; i++)
        {
            var row = p + ((nint)i * columns);
            if (tall) for (var j = 0; j < columns; j++) row[j] = (row[j] * keep) - (rate * x[((nint)j * xRow) + i]);
            else for (var j = 0; j < columns; j++) row[j] = (row[j] * keep) - (rate * x[((nint)i * xRow) + j]);
        }
    }

    /// <summary>buffer = lerp(buffer, g, 1 - momentum); the update is the buffer, or lerp(g, buffer, momentum) with Nesterov.</summary>
    private static void Momentum(in MuonStep step, float* g, float* buffer, int rows, int columns, bool tall, float* x, int xRow)
    {
        float mu = (float)step.Momentum, rest = (float)(1 - step.Momentum);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var k = ((nint)i * columns) + j;
                var held = (buffer[k] * mu) + (g[k] * rest);
                buffer[k] = held;
                x[tall ? ((nint)j * xRow) + i : ((nint)i * xRow) + j] = step.Nesterov ? (g[k] * rest) + (held * mu) : held;
            }
        }
    }

    private static void Multiply(int rows, int columns, int depth, float* a, nint aRow, float* b, nint bRow, float* c, nint cRow)
    {
        for (var column = 0; column < columns; column += MatrixProduct<TL>.PanelWidth)
            MatrixProduct<TL>.Panel(rows, Math.Min(MatrixProduct<TL>.PanelWidth, columns - column), depth, a, aRow, 1, b + column, bRow, c + column, cRow, null, 0, null, 0);
    }

    /// <summary>y = a·x + b·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(float* x, float* y, float a, float b, int length)
    {
        TL fa = TL.Broadcast(a), fb = TL.Broadcast(b);
        var i = 0;
        for (; i <= length - TL.Width; i += TL.Width) TL.Store(TL.Fma(fa, TL.Load(x + i), TL.Multiply(fb, TL.Load(y + i))), y + i);
        for (; i < length; i++) y[i] = (a * x[i]) + (b * y[i]);
    }
}
