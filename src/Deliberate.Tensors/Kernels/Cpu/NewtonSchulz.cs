using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Muon's iterations X ← a·X + (b·S + c·S²)·X with S = X·Xᵀ, on X [n, m] with n ≤ m, in float32 on one worker. All squares are
/// symmetric: only what is on and above the diagonal is computed, the rest is copied.
/// <para>
/// With P = a·I + b·S + c·S² an iteration is X ← P·X, S ← P·S·P. Where X is much wider than high, the iterations run on the squares
/// alone and X is multiplied once, by the product Q of all P: all are polynomials of the first S, so they commute and are symmetric
/// too. That is 17 n³ + 3 n²m multiplications for five iterations, where X at each takes 5 n³ + 15 n²m (both with symmetry).
/// The small singular values of X are then squared in float32: the error of the result stays around 1e-4 of its largest singular
/// value, where Muon itself is content with bfloat16.
/// </para>
/// </summary>
internal static unsafe class NewtonSchulz<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Columns for each row from which on the iterations run on the squares.</summary>
    private const double WideRatio = 1.5;

    private const int NextSlot = 8, SquareSlot = 9, PolynomialSlot = 10, PackSlot = 11;

    /// <summary>Replaces X by its image. The slots of the scratch from 8 on are used.</summary>
    public static void Run(in MuonStep step, float* x, int rows, int columns, nint xRow, Scratch scratch)
    {
        var pitch = Tensor.PaddedStride(rows);
        var size = (long)rows * pitch;
        var next = scratch.F32(NextSlot, Math.Max((long)rows * xRow, 3 * size));
        var square = scratch.F32(SquareSlot, size);
        var polynomial = scratch.F32(PolynomialSlot, size);
        var packed = scratch.F32(PackSlot, MatrixProduct<TL>.PackedLength(rows, columns));
        if (step.Iterations > 1 && columns >= WideRatio * rows)
        {
            // Q and a square to work in share the room for the next X: they are done with when it is written.
            float* product = next, work = next + size, other = next + (2 * size);
            Gram(x, xRow, rows, columns, packed, square, pitch);
            for (var iteration = 0; iteration < step.Iterations; iteration++)
            {
                Polynomial(step, square, polynomial, rows, pitch);
                for (var i = 0; i < rows; i++) polynomial[(i * pitch) + i] += (float)step.A;
                if (iteration == 0) Copy(polynomial, product, size);
                else
                {
                    Symmetric(product, polynomial, work, rows, pitch);
                    var swap = product;
                    product = work;
                    work = swap;
                }

                if (iteration == step.Iterations - 1) break;
                Symmetric(polynomial, square, other, rows, pitch);
                Symmetric(polynomial, other, square, rows, pitch);
            }

            Copy(product, square, size);
            Multiply(rows, columns, rows, square, pitch, x, xRow, next, xRow);
            Copy(next, x, rows * xRow);
            return;
        }

        for (var iteration = 0; iteration < step.Iterations; iteration++)
        {
            Gram(x, xRow, rows, columns, packed, square, pitch);
            Polynomial(step, square, polynomial, rows, pitch);
            Multiply(rows, columns, rows, polynomial, pitch, x, xRow, next, xRow);
            for (var i = 0; i < rows; i++) Combine(x + (i * xRow), next + (i * xRow), (float)step.A, 1, columns, x + (i * xRow));
        }
    }

    /// <summary>square = X·Xᵀ.</summary>
    private static void Gram(float* x, nint xRow, int rows, int columns, float* packed, float* square, nint pitch)
    {
        var panels = LinearKernel<TL>.Panels(rows);
        PackedMatrix<TL>.FromTransposed(x, xRow, rows, columns, packed, 0, panels);
        for (var panel = 0; panel < panels; panel++)
        {
            var width = Math.Min(MatrixProduct<TL>.PanelWidth, rows - (panel * MatrixProduct<TL>.PanelWidth));
            UpperPanel(panel, width, columns, x, xRow, packed + MatrixProduct<TL>.PanelOffset(panel, columns), MatrixProduct<TL>.RoundUp(width), square, pitch);
        }

        MatrixTranspose.Mirror(square, pitch, rows);
    }

    /// <summary>polynomial = b·S + c·S².</summary>
    private static void Polynomial(in MuonStep step, float* square, float* polynomial, int size, nint pitch)
    {
        Symmetric(square, square, polynomial, size, pitch);
        for (var i = 0; i < size; i++) Combine(square + (i * pitch), polynomial + (i * pitch), (float)step.B, (float)step.C, size, polynomial + (i * pitch));
    }

    /// <summary>c = a·b of symmetric squares whose product is symmetric.</summary>
    private static void Symmetric(float* a, float* b, float* c, int size, nint pitch)
    {
        for (var panel = 0; panel < LinearKernel<TL>.Panels(size); panel++)
        {
            var column = panel * MatrixProduct<TL>.PanelWidth;
            UpperPanel(panel, Math.Min(MatrixProduct<TL>.PanelWidth, size - column), size, a, pitch, b + column, pitch, c, pitch);
        }

        MatrixTranspose.Mirror(c, pitch, size);
    }

    /// <summary>A panel's columns of c = a·b down to the diagonal; of its lower half the columns of the right half only.</summary>
    private static void UpperPanel(int panel, int width, int depth, float* a, nint aRow, float* b, nint bDepth, float* c, nint pitch)
    {
        var column = panel * MatrixProduct<TL>.PanelWidth;
        var half = TL.PanelVectors % 2 == 0 && width == MatrixProduct<TL>.PanelWidth ? width / 2 : 0;
        var rows = column + width - half;
        MatrixProduct<TL>.Panel(rows, width, depth, a, aRow, 1, b, bDepth, c + column, pitch, null, 0, null, 0);
        if (half > 0) MatrixProduct<TL>.Panel(half, half, depth, a + (rows * aRow), aRow, 1, b + half, bDepth, c + (rows * pitch) + column + half, pitch, null, 0, null, 0);
    }

    private static void Multiply(int rows, int columns, int depth, float* a, nint aRow, float* b, nint bRow, float* c, nint cRow)
    {
        for (var column = 0; column < columns; column += MatrixProduct<TL>.PanelWidth)
            MatrixProduct<TL>.Panel(rows, Math.Min(MatrixProduct<TL>.PanelWidth, columns - column), depth, a, aRow, 1, b + column, bRow, c + column, cRow, null, 0, null, 0);
    }

    /// <summary>target = a·x + b·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(float* x, float* y, float a, float b, int length, float* target)
    {
        TL fa = TL.Broadcast(a), fb = TL.Broadcast(b);
        var i = 0;
        for (; i <= length - TL.Width; i += TL.Width) TL.Store(TL.Fma(fa, TL.Load(x + i), TL.Multiply(fb, TL.Load(y + i))), target + i);
        for (; i < length; i++) target[i] = (a * x[i]) + (b * y[i]);
    }

    private static void Copy(float* source, float* target, long count) => Buffer.MemoryCopy(source, target, count * sizeof(float), count * sizeof(float));
}
