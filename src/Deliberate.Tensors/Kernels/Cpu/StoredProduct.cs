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
    /// <summary>A share of the backward has whole pieces of so many inputs: whole panels and whole blocks of every storage.</summary>
    public const int PieceInputs = 64;

    /// <summary>Steps of the inner index widened at a time for many rows, at most: with 64 columns 144 kB, which stay in the second-level cache.</summary>
    private const int PieceDepth = 576;

    /// <summary>The same for few rows, which read a piece too seldom to bring it into the first-level cache again: 32 kB.</summary>
    private const int ShortPiece = 128;

    /// <summary>From so many rows on, pieces are long: sums go to memory and back once for each piece.</summary>
    private const int ManyRows = 48;

    /// <summary>How far ahead of one row's loads the weights are asked for: decoding reads each once, from memory.</summary>
    private const int PrefetchBytes = 4096;

    [SkipLocalsInit]
    public static void Run(
        WeightStorage storage, int rows, int columns, int depth, float* a, nint aRow, byte* stored, int firstPanel, int endPanel, float* c, nint cRow, float* bias, float* addend, nint addendRow)
    {
        var piece = stackalloc float[PieceDepth * 64];
        var pieces = Pieces(depth, rows >= ManyRows ? PieceDepth : ShortPiece);
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
            for (var p = 0; p < pieces; p++)
            {
                var (k, end) = new Share(p, pieces).Of(depth, StoredPanel<TL>.BlockInputs);
                StoredPanel<TL>.Expand(storage, weights, padded, k, end, piece);
                // The weights lie in the order in which they are widened.
                var (at, length) = (StoredPanel<TL>.InputOffset(storage, padded, end), StoredPanel<TL>.InputOffset(storage, padded, end - k));
                var ahead = rows < ManyRows || (end == depth && panel + 1 == endPanel) ? default : new MatrixLines((float*)(weights + at), 0, 1, (int)(length / sizeof(float)));
                PieceProduct<TL>.Panel(
                    rows, width, end - k, a + k, aRow, piece, padded, c + column, cRow, k == 0 ? start : c + column, k == 0 ? 0 : cRow,
                    end == depth && addend != null ? addend + column : null, addendRow, ahead);
            }
        }
    }

    /// <summary>
    /// dx (+)= dy·W from the panels of y = x·Wᵀ, so that a frozen weight needs no second copy: pieces of panels are widened and turned into a
    /// panel of dx's columns, then all rows run over it. Each element is one chain over the outputs in order, as that of a weight that has its
    /// own panels for it.
    /// </summary>
    /// <param name="outputs">Rows of W, columns of dy.</param>
    /// <param name="depth">Columns of W and of dx.</param>
    /// <param name="begin">First column of dx, a multiple of <see cref="PieceInputs"/>.</param>
    /// <param name="stop">Behind the last.</param>
    [SkipLocalsInit]
    public static void Backward(WeightStorage storage, int rows, int outputs, int depth, int begin, int stop, float* dy, nint dyRow, byte* stored, float* dx, nint dxRow, bool add)
    {
        float* wide = stackalloc float[PieceInputs * 64], turned = stackalloc float[PieceDepth * PieceInputs];
        int pieces = Pieces(outputs, rows >= ManyRows ? PieceDepth : ShortPiece), panelWidth = MatrixProduct<TL>.PanelWidth;
        for (var k = begin; k < stop; k += PieceInputs)
        {
            var end = Math.Min(stop, k + PieceInputs);
            for (var p = 0; p < pieces; p++)
            {
                // A panel of dx behind another, [outputs][columns].
                var (first, last) = new Share(p, pieces).Of(outputs, 64);
                if (end - k < PieceInputs) new Span<float>(turned, (last - first) * PieceInputs).Clear();
                for (var output = first; output < last; output += panelWidth)
                {
                    var width = Math.Min(panelWidth, outputs - output);
                    var padded = MatrixProduct<TL>.RoundUp(width);
                    var panel = stored + StoredPanel<TL>.Offset(storage, output / panelWidth, depth);
                    var from = (float*)panel + ((nint)k * padded);
                    if (storage != WeightStorage.F32) StoredPanel<TL>.Expand(storage, panel, padded, k, end, from = wide);
                    for (var column = k; column < end; column += panelWidth)
                    {
                        var columns = Math.Min(panelWidth, end - column);
                        var pitch = MatrixProduct<TL>.RoundUp(columns);
                        MatrixTranspose.Copy(from + ((column - k) * padded), padded, columns, width, turned + ((column - k) * (last - first)) + ((output - first) * pitch), pitch);
                    }
                }

                // While the first of dx's panels is computed, the weights that are turned next come near.
                var ahead = rows < ManyRows ? default : Ahead(storage, outputs, depth, stored, p + 1 < pieces ? k : k + PieceInputs, p + 1 < pieces ? last : 0, last - first, stop);
                for (var column = k; column < end; column += panelWidth, ahead = default)
                {
                    var columns = Math.Min(panelWidth, end - column);
                    PieceProduct<TL>.Panel(
                        rows, columns, last - first, dy + first, dyRow, turned + ((column - k) * (last - first)), MatrixProduct<TL>.RoundUp(columns), dx + column, dxRow,
                        first == 0 && !add ? null : dx + column, dxRow, null, 0, ahead);
                }
            }
        }
    }

    /// <summary>Inputs from <paramref name="k"/> on, as many as are turned at a time, of so many outputs from <paramref name="output"/> on.</summary>
    private static MatrixLines Ahead(WeightStorage storage, int outputs, int depth, byte* stored, int k, int output, int count, int stop)
    {
        var width = MatrixProduct<TL>.PanelWidth;
        var whole = Math.Min(count, outputs - output) / width;
        if (k >= stop || whole == 0) return default;
        nint at = StoredPanel<TL>.InputOffset(storage, width, k), end = StoredPanel<TL>.InputOffset(storage, width, Math.Min(stop, k + PieceInputs));
        return new MatrixLines(
            (float*)(stored + StoredPanel<TL>.Offset(storage, output / width, depth) + at), StoredPanel<TL>.Bytes(storage, width, depth) / sizeof(float), whole, (int)((end - at) / sizeof(float)));
    }

    private static int Pieces(int depth, int most) => (depth + most - 1) / most;

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
