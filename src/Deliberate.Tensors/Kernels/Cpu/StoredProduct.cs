using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// C = bias + A · B (+ addend) for B held narrow (<see cref="StoredPanel{TL}"/>). Many rows widen a piece of a panel at a time
/// and run the tiles of <see cref="MatrixProduct{TL}"/> over it; few rows widen in registers (<see cref="StoredTile{TL,TElements,TRows,TShape}"/>),
/// since reading the weights is what counts then. Both are the same chain of multiply-adds over the same floats: the bits do not depend on which ran.
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

    /// <summary>Rows up to which weights are widened in registers, and rows of a tile that does.</summary>
    private const int FewRows = 24, TileRows = 12;

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
            var added = addend == null ? null : addend + column;
            if (rows <= FewRows && width == MatrixProduct<TL>.PanelWidth)
            {
                if (storage == WeightStorage.BF16) Few<BrainElements<TL>>(rows, depth, a, aRow, weights, c + column, cRow, start, added, addendRow);
                else Few<EightBitElements<TL>>(rows, depth, a, aRow, weights, c + column, cRow, start, added, addendRow);
                continue;
            }

            var padded = MatrixProduct<TL>.RoundUp(width);
            for (var p = 0; p < pieces; p++)
            {
                var (k, end) = new Share(p, pieces).Of(depth, StoredPanel<TL>.BlockInputs);
                StoredPanel<TL>.Expand(storage, weights, padded, k, end, piece, asksAhead: rows < ManyRows);
                // The weights lie in the order in which they are widened.
                var (at, length) = (StoredPanel<TL>.InputOffset(storage, padded, end), StoredPanel<TL>.InputOffset(storage, padded, end - k));
                var ahead = rows < ManyRows || (end == depth && panel + 1 == endPanel) ? default : new MatrixLines((float*)(weights + at), 0, 1, (int)(length / sizeof(float)));
                PieceProduct<TL>.Panel(
                    rows, width, end - k, a + k, aRow, piece, padded, c + column, cRow, k == 0 ? start : c + column, k == 0 ? 0 : cRow,
                    end == depth ? added : null, addendRow, ahead);
            }
        }
    }

    /// <summary>A whole panel for few rows: as many as tiles need, of about the same height.</summary>
    private static void Few<TElements>(int rows, int depth, float* a, nint aRow, byte* panel, float* c, nint cRow, float* start, float* addend, nint addendRow)
        where TElements : struct, IStoredElements<TL>
    {
        for (var tiles = (rows + TileRows - 1) / TileRows; tiles > 0; tiles--)
        {
            var count = (rows + tiles - 1) / tiles;
            switch (count)
            {
                case 1: Whole<TElements, Size1>(depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 2: Whole<TElements, Size2>(depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 3: Whole<TElements, Size3>(depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 4: Whole<TElements, Size4>(depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 5: Whole<TElements, Size5>(depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 6: Whole<TElements, Size6>(depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 7 or 8: Halves<TElements, Size4>(count, depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                case 9 or 10: Halves<TElements, Size5>(count, depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
                default: Halves<TElements, Size6>(count, depth, a, aRow, panel, c, cRow, start, addend, addendRow); break;
            }

            rows -= count;
            a += count * aRow;
            c += count * cRow;
            if (addend != null) addend += count * addendRow;
        }
    }

    private static void Whole<TElements, TRows>(int depth, float* a, nint aRow, byte* panel, float* c, nint cRow, float* start, float* addend, nint addendRow)
        where TElements : struct, IStoredElements<TL>
        where TRows : struct, ISize =>
        StoredTile<TL, TElements, TRows, WholePanel>.Run(depth, a, aRow, 0, panel, MatrixProduct<TL>.PanelWidth, 0, c, cRow, start, addend, addendRow);

    private static void Halves<TElements, TRows>(int rows, int depth, float* a, nint aRow, byte* panel, float* c, nint cRow, float* start, float* addend, nint addendRow)
        where TElements : struct, IStoredElements<TL>
        where TRows : struct, ISize
    {
        for (var column = 0; column < MatrixProduct<TL>.PanelWidth; column += MatrixProduct<TL>.PanelWidth / 2)
        {
            StoredTile<TL, TElements, TRows, HalfPanel>.Run(
                depth, a, aRow, rows - TRows.Value, panel, MatrixProduct<TL>.PanelWidth, column, c + column, cRow, start == null ? null : start + column, addend == null ? null : addend + column, addendRow);
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
}
