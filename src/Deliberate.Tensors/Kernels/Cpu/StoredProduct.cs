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
    /// <summary>Inputs widened at a time: with 64 outputs, 32 kB of floats.</summary>
    public const int PieceInputs = 128;

    /// <summary>Outputs turned at a time: whole panels of every instruction set.</summary>
    private const int TurnedOutputs = 64;

    /// <summary>Rows up to which weights are widened in registers, and rows of a tile that does.</summary>
    private const int FewRows = 24, TileRows = 12;

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
            var added = addend == null ? null : addend + column;
            if (rows <= FewRows && width == MatrixProduct<TL>.PanelWidth)
            {
                if (storage == WeightStorage.BF16) Few<BrainElements<TL>>(rows, depth, a, aRow, weights, c + column, cRow, start, added, addendRow);
                else Few<EightBitElements<TL>>(rows, depth, a, aRow, weights, c + column, cRow, start, added, addendRow);
                continue;
            }

            var padded = MatrixProduct<TL>.RoundUp(width);
            for (var k = 0; k < depth; k += PieceInputs)
            {
                var end = Math.Min(depth, k + PieceInputs);
                StoredPanel<TL>.Expand(storage, weights, padded, k, end, piece);
                MatrixProduct<TL>.Panel(
                    rows, width, end - k, a + k, aRow, 1, piece, padded, c + column, cRow, k == 0 ? start : c + column, k == 0 ? 0 : cRow,
                    end == depth ? added : null, addendRow);
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
}
