using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Matrix products C [rows, columns] = start + A [rows, depth] · B [depth, columns] (+ addend), cut into tiles of
/// <see cref="MatrixTile{TL,TRows,TVectors,TColumns}"/>. B comes in panels of <see cref="PanelWidth"/> columns, either packed
/// (<see cref="PackedMatrix{TL}"/>) or as rows of a matrix whose columns may be read up to the next multiple of the lanes.
/// </summary>
internal static unsafe class MatrixProduct<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Rows of A that stay in the first-level cache while the panels of B pass by.</summary>
    private const int RowBlock = 48;

    /// <summary>Bytes of A beside a panel that the second-level cache holds; a B beyond them is better read once than once for each block of rows.</summary>
    private const long SecondLevel = 512 << 10;

    public static int PanelWidth => TL.Width * TL.PanelVectors;

    /// <summary>Where panel p of a packed matrix with that depth begins; the last panel may be narrower.</summary>
    public static nint PanelOffset(int panel, int depth) => (nint)panel * PanelWidth * depth;

    /// <summary>Floats that a packed matrix takes: columns rounded up to whole vectors.</summary>
    public static nint PackedLength(int columns, int depth) => (nint)RoundUp(columns) * depth;

    public static int RoundUp(int columns) => (columns + TL.Width - 1) & -TL.Width;

    /// <summary>C = A · packed B, for the columns [firstColumn, endColumn), whole vectors of them but for the last.</summary>
    /// <param name="start">What each chain starts from: one value a column where its rows are 0 apart, C itself to accumulate; null for zero.</param>
    /// <param name="addend">The residual, [rows, columns], added after the chain; null for none.</param>
    public static void Packed(
        int rows, int columns, int depth, float* a, nint aRow, float* packed, int firstColumn, int endColumn, float* c, nint cRow, float* start, nint startRow, float* addend, nint addendRow)
    {
        // All rows on one panel before the next where that spares B's way from memory: what a large model's decoding waits for.
        var panelsFirst = rows > RowBlock && (long)rows * depth * sizeof(float) <= SecondLevel && (long)(endColumn - firstColumn) * depth * sizeof(float) > SecondLevel;
        var rowBlock = panelsFirst ? rows : RowBlock;
        for (var block = 0; block < rows; block += rowBlock)
        {
            var blockRows = Math.Min(rowBlock, rows - block);
            for (var column = firstColumn; column < endColumn;)
            {
                var panel = column / PanelWidth;
                int first = panel * PanelWidth, end = Math.Min(endColumn, first + PanelWidth);
                Panel(
                    blockRows, end - column, depth, a + (block * aRow), aRow, 1, packed + PanelOffset(panel, depth) + (column - first), RoundUp(Math.Min(PanelWidth, columns - first)),
                    c + (block * cRow) + column, cRow, start == null ? null : start + (block * startRow) + column, startRow, addend == null ? null : addend + (block * addendRow) + column, addendRow);
                column = end;
            }
        }
    }

    /// <summary>
    /// One panel: up to <see cref="PanelWidth"/> columns of C. Where width is not a whole number of vectors, B must hold zeros
    /// or any finite numbers up to the next multiple, and C is written through a small buffer.
    /// </summary>
    public static void Panel(
        int rows, int width, int depth, float* a, nint aRow, nint aDepth, float* b, nint bDepth, float* c, nint cRow, float* start, nint startRow, float* addend, nint addendRow)
    {
        var vectors = (width + TL.Width - 1) / TL.Width;
        if (width == vectors * TL.Width)
        {
            Whole<Adjacent>(rows, vectors, depth, a, aRow, aDepth, b, bDepth, 0, c, cRow, start, startRow, addend, addendRow);
            return;
        }

        var buffer = stackalloc float[6 * 64];
        var pitch = vectors * TL.Width;
        for (var row = 0; row < rows; row += 6)
        {
            var count = Math.Min(6, rows - row);
            new Span<float>(buffer, 6 * 64).Clear();
            if (start != null)
                for (var r = 0; r < count; r++) Copy(start + ((row + r) * startRow), buffer + (r * pitch), width);
            Whole<Adjacent>(count, vectors, depth, a + (row * aRow), aRow, aDepth, b, bDepth, 0, buffer, pitch, buffer, pitch, null, 0);
            for (var r = 0; r < count; r++)
            {
                var target = c + ((row + r) * cRow);
                if (addend == null) Copy(buffer + (r * pitch), target, width);
                else for (var i = 0; i < width; i++) target[i] = buffer[(r * pitch) + i] + addend[((row + r) * addendRow) + i];
            }
        }
    }

    /// <summary>
    /// C [rows, columns] = A [rows, depth] · B, where B's columns come in strips of one vector, [strip][depth][width]; C is written up
    /// to the next whole vector.
    /// </summary>
    public static void Strips<TColumns>(int rows, int columns, int depth, float* a, nint aRow, float* strips, float* c, nint cRow)
        where TColumns : struct, IColumns
    {
        var apart = (nint)depth * TL.Width;
        for (var vectors = (columns + TL.Width - 1) / TL.Width; vectors > 0; vectors -= 4)
        {
            Whole<TColumns>(rows, Math.Min(vectors, 4), depth, a, aRow, 1, strips, TL.Width, apart, c, cRow, null, 0, null, 0);
            strips += 4 * apart;
            c += 4 * TL.Width;
        }
    }

    /// <summary>
    /// C [rows, columns] (+)= A [rows, depth] · B [depth, columns] for the values of a page, those of the next head being as far ahead
    /// as a page's positions take.
    /// </summary>
    public static void Values<TColumns>(int rows, int columns, int depth, float* a, nint aRow, float* values, float* c, nint cRow, bool add)
        where TColumns : struct, IColumns
    {
        for (var column = 0; column < columns; column += PanelWidth)
        {
            var width = Math.Min(PanelWidth, columns - column);
            var start = add ? c + column : null;
            if (width % TL.Width == 0) Whole<TColumns>(rows, width / TL.Width, depth, a, aRow, 1, values + column, columns, KeyValueCache.PageTokens * columns, c + column, cRow, start, cRow, null, 0);
            else Panel(rows, width, depth, a, aRow, 1, values + column, columns, c + column, cRow, start, cRow, null, 0);
        }
    }

    /// <summary>C [rows, width] += A · B for one panel, A being laid out by <see cref="MatrixTranspose.Sixes"/>.</summary>
    public static void AddTiles(int rows, int width, int depth, float* tiles, float* b, nint bDepth, float* c, nint cRow)
    {
        for (var row = 0; row < rows; row += 6, tiles += 6 * depth, c += 6 * cRow)
        {
            if (row + 6 < rows) FetchRows(c + (6 * cRow), cRow, width);
            Panel(Math.Min(6, rows - row), width, depth, tiles, 1, 6, b, bDepth, c, cRow, c, cRow, null, 0);
        }
    }

    /// <summary>Asks for the six rows of a tile while the tile before it is computed: where it begins, nothing else could be done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FetchRows(float* c, nint cRow, int width)
    {
        for (var r = 0; r < 6; r++, c += cRow)
            for (var i = 0; i < width; i += 16) CacheHint.Fetch(c + i);
    }

    private static void Copy(float* source, float* target, int count) => new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));

    private static void Whole<TColumns>(
        int rows, int vectors, int depth, float* a, nint aRow, nint aDepth, float* b, nint bDepth, nint bApart, float* c, nint cRow, float* start, nint startRow, float* addend, nint addendRow)
        where TColumns : struct, IColumns
    {
        switch (vectors)
        {
            case 1: Rows<Size1, TColumns>(rows, depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            case 2: Rows<Size2, TColumns>(rows, depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            case 3: Rows<Size3, TColumns>(rows, depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            default: Rows<Size4, TColumns>(rows, depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TVectors, TColumns>(
        int rows, int depth, float* a, nint aRow, nint aDepth, float* b, nint bDepth, nint bApart, float* c, nint cRow, float* start, nint startRow, float* addend, nint addendRow)
        where TVectors : struct, ISize
        where TColumns : struct, IColumns
    {
        while (rows >= 6)
        {
            if (rows >= 12 && start != null && startRow != 0) FetchRows(start + (6 * startRow), startRow, TVectors.Value * TL.Width);
            MatrixTile<TL, Size6, TVectors, TColumns>.Run(depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow);
            a += 6 * aRow;
            c += 6 * cRow;
            if (start != null) start += 6 * startRow;
            if (addend != null) addend += 6 * addendRow;
            rows -= 6;
        }

        switch (rows)
        {
            case 1: MatrixTile<TL, Size1, TVectors, TColumns>.Run(depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            case 2: MatrixTile<TL, Size2, TVectors, TColumns>.Run(depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            case 3: MatrixTile<TL, Size3, TVectors, TColumns>.Run(depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            case 4: MatrixTile<TL, Size4, TVectors, TColumns>.Run(depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
            case 5: MatrixTile<TL, Size5, TVectors, TColumns>.Run(depth, a, aRow, aDepth, b, bDepth, bApart, c, cRow, start, startRow, addend, addendRow); break;
        }
    }
}
