namespace Deliberate.Tensors;

/// <summary>A part of a matrix that will be read soon.</summary>
/// <param name="from">Its first element.</param>
/// <param name="apart">Elements from one of its rows to the next.</param>
internal readonly unsafe struct MatrixLines(float* from, nint apart, int rows, int columns)
{
    /// <summary>Asks for a share of it.</summary>
    public void Fetch(Share share)
    {
        // By cache lines, however few rows there are.
        var lines = (columns + 15) / 16;
        if (lines == 0) return;
        var (line, end) = share.Of(rows * lines);
        for (var row = line / lines; line < end; row++)
        {
            var at = from + (row * apart) - ((nint)row * lines * 16);
            for (var stop = Math.Min(end, (row + 1) * lines); line < stop; line++) CacheHint.FetchSecond(at + ((nint)line * 16));
        }
    }
}

/// <summary>All rows by one piece of a panel that was laid out for them, while the next piece's numbers are brought near.</summary>
internal static unsafe class PieceProduct<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Rows between two parts of the next piece that are asked for.</summary>
    private const int RowPiece = 24;

    /// <summary>As <see cref="MatrixProduct{TL}.Panel"/>, B being adjacent rows of <paramref name="pitch"/>.</summary>
    public static void Panel(
        int rows, int width, int depth, float* a, nint aRow, float* piece, nint pitch, float* c, nint cRow, float* start, nint startRow, float* addend, nint addendRow, MatrixLines next)
    {
        var parts = (rows + RowPiece - 1) / RowPiece;
        for (var part = 0; part < parts; part++)
        {
            next.Fetch(new Share(part, parts));
            int row = part * RowPiece, count = Math.Min(RowPiece, rows - row);
            MatrixProduct<TL>.Panel(
                count, width, depth, a + (row * aRow), aRow, 1, piece, pitch, c + (row * cRow), cRow, start == null ? null : start + (row * startRow), startRow,
                addend == null ? null : addend + (row * addendRow), addendRow);
        }
    }
}
