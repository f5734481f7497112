using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// C = bias + A · B (+ addend) for B held narrow (<see cref="StoredPanel{TL}"/>). Many rows widen a piece of a panel at a time
/// and run the tiles of <see cref="MatrixProduct{TL}"/> over it; one or two rows widen in registers, since reading the weights is
/// then all that counts. Both are the same chain of multiply-adds over the same floats: the bits do not depend on which ran.
/// </summary>
internal static unsafe class StoredProduct<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Inputs widened at a time: with 64 outputs, 32 kB of floats.</summary>
    public const int PieceInputs = 128;

    /// <summary>Outputs turned at a time: whole panels of every instruction set.</summary>
    private const int TurnedOutputs = 64;

    /// <summary>How far ahead of one row's loads the weights are asked for: decoding reads each once, from memory.</summary>
    private const int PrefetchBytes = 4096;

    [SkipLocalsInit]
    public static void Run(
        WeightStorage storage, int rows, int columns, int depth, float* a, nint aRow, byte* stored, int firstPanel, int endPanel, float* c, nint cRow, float* bias, float* addend, nint addendRow)
    {
        var piece = stackalloc float[PieceInputs * 64];
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var column = panel * MatrixProduct<TL>.PanelWidth;
            var width = Math.Min(MatrixProduct<TL>.PanelWidth, columns - column);
            var weights = stored + StoredPanel<TL>.Offset(storage, panel, depth);
            var start = bias == null ? null : bias + column;
            if (rows <= 2)
            {
                for (var row = 0; row < rows; row++)
                    OneRow(storage, width, depth, a + (row * aRow), weights, c + (row * cRow) + column, start, addend == null ? null : addend + (row * addendRow) + column);
                continue;
            }

            var padded = MatrixProduct<TL>.RoundUp(width);
            for (var k = 0; k < depth; k += PieceInputs)
            {
                var end = Math.Min(depth, k + PieceInputs);
                StoredPanel<TL>.Expand(storage, weights, padded, k, end, piece);
                MatrixProduct<TL>.Panel(
                    rows, width, end - k, a + k, aRow, 1, piece, padded, c + column, cRow, k == 0 ? start : c + column, k == 0 ? 0 : cRow,
                    end == depth && addend != null ? addend + column : null, addendRow);
            }
        }
    }

    /// <summary>
    /// dx (+)= dy·W from the panels of y = x·Wᵀ, so that a frozen weight needs no second copy: a piece of a panel is widened and turned, then
    /// all rows run over it. Each element is one chain over the outputs in order, as that of a weight that has its own panels for it.
    /// </summary>
    /// <param name="outputs">Rows of W, columns of dy.</param>
    /// <param name="depth">Columns of W and of dx.</param>
    /// <param name="begin">First column of dx, a multiple of <see cref="PieceInputs"/>.</param>
    /// <param name="stop">Behind the last.</param>
    [SkipLocalsInit]
    public static void Backward(WeightStorage storage, int rows, int outputs, int depth, int begin, int stop, float* dy, nint dyRow, byte* stored, float* dx, nint dxRow, bool add)
    {
        float* wide = stackalloc float[PieceInputs * 64], turned = stackalloc float[PieceInputs * TurnedOutputs];
        for (var first = 0; first < outputs; first += TurnedOutputs)
        {
            var count = Math.Min(TurnedOutputs, outputs - first);
            for (var k = begin; k < stop; k += PieceInputs)
            {
                var end = Math.Min(stop, k + PieceInputs);
                for (var output = first; output < first + count; output += MatrixProduct<TL>.PanelWidth)
                {
                    var width = Math.Min(MatrixProduct<TL>.PanelWidth, outputs - output);
                    var padded = MatrixProduct<TL>.RoundUp(width);
                    var panel = stored + StoredPanel<TL>.Offset(storage, output / MatrixProduct<TL>.PanelWidth, depth);
                    var piece = (float*)panel + ((nint)k * padded);
                    if (storage != WeightStorage.F32) StoredPanel<TL>.Expand(storage, panel, padded, k, end, piece = wide);
                    MatrixTranspose.Copy(piece, padded, end - k, width, turned + ((output - first) * PieceInputs), PieceInputs);
                }

                for (var column = k; column < end; column += MatrixProduct<TL>.PanelWidth)
                {
                    MatrixProduct<TL>.Panel(
                        rows, Math.Min(MatrixProduct<TL>.PanelWidth, end - column), count, dy + first, dyRow, 1, turned + (column - k), PieceInputs, dx + column, dxRow,
                        first == 0 && !add ? null : dx + column, dxRow, null, 0);
                }
            }
        }
    }

    [SkipLocalsInit]
    private static void OneRow(WeightStorage storage, int width, int depth, float* a, byte* panel, float* c, float* bias, float* addend)
    {
        var padded = MatrixProduct<TL>.RoundUp(width);
        // The row goes through a buffer, where the last panel may be narrower than whole vectors.
        var sums = stackalloc float[64];
        for (var i = 0; i < padded; i++) sums[i] = bias == null || i >= width ? 0 : bias[i];
        for (var vector = 0; vector * TL.Width < padded;)
        {
            var left = (padded / TL.Width) - vector;
            var at = vector * TL.Width;
            if (left >= 4)
            {
                if (storage == WeightStorage.BF16) BFloat16Four(depth, a, (ushort*)panel + at, padded, sums + at);
                else EightBitsFour(depth, a, panel, at, padded, sums + at);
                vector += 4;
            }
            else
            {
                if (storage == WeightStorage.BF16) BFloat16One(depth, a, (ushort*)panel + at, padded, sums + at);
                else EightBitsOne(depth, a, panel, at, padded, sums + at);
                vector++;
            }
        }

        for (var i = 0; i < width; i++) c[i] = addend == null ? sums[i] : sums[i] + addend[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BFloat16Four(int depth, float* a, ushort* b, nint padded, float* sums)
    {
        TL s0 = TL.Load(sums), s1 = TL.Load(sums + TL.Width), s2 = TL.Load(sums + (2 * TL.Width)), s3 = TL.Load(sums + (3 * TL.Width));
        for (var k = 0; k < depth; k++, b += padded)
        {
            var x = TL.Broadcast(a[k]);
            CacheHint.Fetch((byte*)b + PrefetchBytes);
            CacheHint.Fetch((byte*)b + PrefetchBytes + 64);
            s0 = TL.Fma(x, TL.LoadBFloat16(b), s0);
            s1 = TL.Fma(x, TL.LoadBFloat16(b + TL.Width), s1);
            s2 = TL.Fma(x, TL.LoadBFloat16(b + (2 * TL.Width)), s2);
            s3 = TL.Fma(x, TL.LoadBFloat16(b + (3 * TL.Width)), s3);
        }

        TL.Store(s0, sums);
        TL.Store(s1, sums + TL.Width);
        TL.Store(s2, sums + (2 * TL.Width));
        TL.Store(s3, sums + (3 * TL.Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BFloat16One(int depth, float* a, ushort* b, nint padded, float* sums)
    {
        var s = TL.Load(sums);
        for (var k = 0; k < depth; k++, b += padded) s = TL.Fma(TL.Broadcast(a[k]), TL.LoadBFloat16(b), s);
        TL.Store(s, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightBitsFour(int depth, float* a, byte* panel, int at, int padded, float* sums)
    {
        TL s0 = TL.Load(sums), s1 = TL.Load(sums + TL.Width), s2 = TL.Load(sums + (2 * TL.Width)), s3 = TL.Load(sums + (3 * TL.Width));
        var blockBytes = StoredPanel<TL>.BlockBytes(padded);
        for (var k = 0; k < depth; k += StoredPanel<TL>.BlockInputs, panel += blockBytes)
        {
            var scales = (float*)panel + at;
            TL d0 = TL.Load(scales), d1 = TL.Load(scales + TL.Width), d2 = TL.Load(scales + (2 * TL.Width)), d3 = TL.Load(scales + (3 * TL.Width));
            var b = (sbyte*)(panel + (padded * sizeof(float))) + at;
            var end = Math.Min(depth, k + StoredPanel<TL>.BlockInputs);
            for (var i = k; i < end; i++, b += padded)
            {
                var x = TL.Broadcast(a[i]);
                CacheHint.Fetch(b + PrefetchBytes);
                s0 = TL.Fma(x, TL.Multiply(TL.LoadSByte(b), d0), s0);
                s1 = TL.Fma(x, TL.Multiply(TL.LoadSByte(b + TL.Width), d1), s1);
                s2 = TL.Fma(x, TL.Multiply(TL.LoadSByte(b + (2 * TL.Width)), d2), s2);
                s3 = TL.Fma(x, TL.Multiply(TL.LoadSByte(b + (3 * TL.Width)), d3), s3);
            }
        }

        TL.Store(s0, sums);
        TL.Store(s1, sums + TL.Width);
        TL.Store(s2, sums + (2 * TL.Width));
        TL.Store(s3, sums + (3 * TL.Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightBitsOne(int depth, float* a, byte* panel, int at, int padded, float* sums)
    {
        var s = TL.Load(sums);
        var blockBytes = StoredPanel<TL>.BlockBytes(padded);
        for (var k = 0; k < depth; k += StoredPanel<TL>.BlockInputs, panel += blockBytes)
        {
            var d = TL.Load((float*)panel + at);
            var b = (sbyte*)(panel + (padded * sizeof(float))) + at;
            var end = Math.Min(depth, k + StoredPanel<TL>.BlockInputs);
            for (var i = k; i < end; i++, b += padded) s = TL.Fma(TL.Broadcast(a[i]), TL.Multiply(TL.LoadSByte(b), d), s);
        }

        TL.Store(s, sums);
    }
}
