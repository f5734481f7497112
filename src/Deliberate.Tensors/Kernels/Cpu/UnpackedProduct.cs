using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// The products of a weight that is held row-major only: pieces of a panel are laid out on the way, and all rows run over each before the
/// next, while the next is asked for. The same chains of multiply-adds over the same floats as of packed panels, so the bits are theirs;
/// what it costs is the laying out, so it wants some hundred rows.
/// </summary>
internal static unsafe class UnpackedProduct<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Steps of the inner index laid out at a time, at most: with 64 columns, 144 kB, which stay in the second-level cache.</summary>
    private const int PieceDepth = 576;

    /// <summary>Columns [first, end) of C = bias + A·Wᵀ (+ addend), W [outputs, depth].</summary>
    [SkipLocalsInit]
    public static void Forward(int rows, int depth, float* a, nint aRow, float* weight, int first, int end, float* c, nint cRow, float* bias, float* addend, nint addendRow)
    {
        var piece = stackalloc float[PieceDepth * 64];
        var pieces = Pieces(depth);
        for (var column = first; column < end; column += MatrixProduct<TL>.PanelWidth)
        {
            var width = Math.Min(MatrixProduct<TL>.PanelWidth, end - column);
            var padded = MatrixProduct<TL>.RoundUp(width);
            for (var p = 0; p < pieces; p++)
            {
                var (k, stop) = new Share(p, pieces).Of(depth, 16);
                var count = stop - k;
                if (width < padded) new Span<float>(piece, count * padded).Clear();
                MatrixTranspose.Copy(weight + ((nint)column * depth) + k, depth, width, count, piece, padded);
                var start = k > 0 ? c + column : bias == null ? null : bias + column;
                var next = p + 1 < pieces ? new MatrixLines(weight + ((nint)column * depth) + stop, depth, width, Math.Min(count, depth - stop))
                    : column + width < end ? new MatrixLines(weight + ((nint)(column + width) * depth), depth, Math.Min(MatrixProduct<TL>.PanelWidth, end - column - width), count) : default;
                PieceProduct<TL>.Panel(rows, width, count, a + k, aRow, piece, padded, c + column, cRow, start, k > 0 ? cRow : 0, stop == depth && addend != null ? addend + column : null, addendRow, next);
            }
        }
    }

    /// <summary>Columns [first, end) of dx (+)= dy·W, W [outputs, depth].</summary>
    [SkipLocalsInit]
    public static void Backward(int rows, int outputs, int depth, float* dy, nint dyRow, float* weight, int first, int end, float* dx, nint dxRow, bool add)
    {
        var piece = stackalloc float[PieceDepth * 64];
        var pieces = Pieces(outputs);
        for (var column = first; column < end; column += MatrixProduct<TL>.PanelWidth)
        {
            var width = Math.Min(MatrixProduct<TL>.PanelWidth, end - column);
            var padded = MatrixProduct<TL>.RoundUp(width);
            for (var p = 0; p < pieces; p++)
            {
                var (k, stop) = new Share(p, pieces).Of(outputs, 16);
                var count = stop - k;
                if (width < padded) new Span<float>(piece, count * padded).Clear();
                for (var i = 0; i < count; i++) new ReadOnlySpan<float>(weight + ((nint)(k + i) * depth) + column, width).CopyTo(new Span<float>(piece + (i * padded), width));
                var next = p + 1 < pieces ? new MatrixLines(weight + ((nint)stop * depth) + column, depth, Math.Min(count, outputs - stop), width)
                    : column + width < end ? new MatrixLines(weight + column + width, depth, count, Math.Min(MatrixProduct<TL>.PanelWidth, end - column - width)) : default;
                PieceProduct<TL>.Panel(rows, width, count, dy + k, dyRow, piece, padded, dx + column, dxRow, k == 0 && !add ? null : dx + column, dxRow, null, 0, next);
            }
        }
    }

    private static int Pieces(int depth) => (depth + PieceDepth - 1) / PieceDepth;
}
