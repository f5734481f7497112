using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>How a tile lies over a panel of weights that are held narrow.</summary>
internal interface IStoredShape
{
    /// <summary>Whether it is twice as many rows over half of the panel's columns: then a weight is widened once for up to twelve rows.</summary>
    static abstract bool IsHalf { get; }
}

internal readonly struct WholePanel : IStoredShape { public static bool IsHalf => false; }

internal readonly struct HalfPanel : IStoredShape { public static bool IsHalf => true; }

/// <summary>
/// The tile of <see cref="MatrixTile{TL,TRows,TVectors,TColumns}"/> for up to twelve rows over a panel of weights that are held narrow: they
/// are widened in registers on their way from memory, where they are asked for ahead, so that few rows wait neither for a widened copy nor
/// for the memory behind it. Each element of C is the same chain of multiply-adds over the same floats as anywhere else.
/// </summary>
internal static unsafe class StoredTile<TL, TElements, TRows, TShape>
    where TL : struct, ILanes<TL>
    where TElements : struct, IStoredElements<TL>
    where TRows : struct, ISize
    where TShape : struct, IStoredShape
{
    /// <summary>How far ahead weights are asked for: some sixty inputs.</summary>
    private const int PrefetchBytes = 4096;

    /// <summary>Vectors of a row in the tile.</summary>
    private static int Vectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TShape.IsHalf ? TL.PanelVectors / 2 : TL.PanelVectors;
    }

    /// <param name="a">The first rows of the tile, in half a panel those of its first half.</param>
    /// <param name="beside">In half a panel the first of the other rows, which may begin with the last of the first; else unused.</param>
    /// <param name="panel">The panel's bytes.</param>
    /// <param name="column">The tile's first column within the panel.</param>
    /// <param name="c">C at the first row and column.</param>
    /// <param name="start">One value a column, from the tile's first; null for zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int depth, float* a, nint aRow, int beside, byte* panel, int padded, int column, float* c, nint cRow, float* start, float* addend, nint addendRow)
    {
        TL s0 = TL.Zero, s1 = TL.Zero, s2 = TL.Zero, s3 = TL.Zero;
        if (start != null)
        {
            s0 = TL.Load(start);
            if (Vectors > 1) s1 = TL.Load(start + TL.Width);
            if (Vectors > 2) s2 = TL.Load(start + (2 * TL.Width));
            if (Vectors > 3) s3 = TL.Load(start + (3 * TL.Width));
            if (TShape.IsHalf) (s2, s3) = (s0, s1);
        }

        // Of a row's vectors, or of two rows' two.
        TL c00 = s0, c01 = s1, c02 = s2, c03 = s3;
        TL c10 = s0, c11 = s1, c12 = s2, c13 = s3;
        TL c20 = s0, c21 = s1, c22 = s2, c23 = s3;
        TL c30 = s0, c31 = s1, c32 = s2, c33 = s3;
        TL c40 = s0, c41 = s1, c42 = s2, c43 = s3;
        TL c50 = s0, c51 = s1, c52 = s2, c53 = s3;
        nint aRow2 = 2 * aRow, aRow3 = 3 * aRow, aRow4 = 4 * aRow, aRow5 = 5 * aRow;
        var other = a + (beside * aRow);
        for (var k = 0; k < depth; k += TElements.BlockInputs, panel += TElements.BlockBytes(padded))
        {
            var scales = (float*)panel + column;
            var b = panel + TElements.ScaleBytes(padded) + (column * TElements.Bytes);
            var count = Math.Min(depth - k, TElements.BlockInputs);
            for (var i = 0; i < count; i++, a++, other++, b += padded * TElements.Bytes)
            {
                TL b0 = TElements.Load(b, scales), b1 = TL.Zero, b2 = TL.Zero, b3 = TL.Zero;
                if (Vectors > 1) b1 = TElements.Load(b + (TL.Width * TElements.Bytes), scales + TL.Width);
                if (Vectors > 2) b2 = TElements.Load(b + (2 * TL.Width * TElements.Bytes), scales + (2 * TL.Width));
                if (Vectors > 3) b3 = TElements.Load(b + (3 * TL.Width * TElements.Bytes), scales + (3 * TL.Width));
                if (TShape.IsHalf) (b2, b3) = (b0, b1);
                CacheHint.Fetch(b + PrefetchBytes);
                if (Vectors * TL.Width * TElements.Bytes > 64) CacheHint.Fetch(b + PrefetchBytes + 64);
                {
                    TL x = TL.Broadcast(a[0]), y = TShape.IsHalf ? TL.Broadcast(other[0]) : x;
                    c00 = TL.Fma(x, b0, c00);
                    if (Vectors > 1) c01 = TL.Fma(x, b1, c01);
                    if (TShape.IsHalf || Vectors > 2) c02 = TL.Fma(y, b2, c02);
                    if (TShape.IsHalf ? Vectors > 1 : Vectors > 3) c03 = TL.Fma(y, b3, c03);
                }

                if (TRows.Value > 1)
                {
                    TL x = TL.Broadcast(a[aRow]), y = TShape.IsHalf ? TL.Broadcast(other[aRow]) : x;
                    c10 = TL.Fma(x, b0, c10);
                    if (Vectors > 1) c11 = TL.Fma(x, b1, c11);
                    if (TShape.IsHalf || Vectors > 2) c12 = TL.Fma(y, b2, c12);
                    if (TShape.IsHalf ? Vectors > 1 : Vectors > 3) c13 = TL.Fma(y, b3, c13);
                }

                if (TRows.Value > 2)
                {
                    TL x = TL.Broadcast(a[aRow2]), y = TShape.IsHalf ? TL.Broadcast(other[aRow2]) : x;
                    c20 = TL.Fma(x, b0, c20);
                    if (Vectors > 1) c21 = TL.Fma(x, b1, c21);
                    if (TShape.IsHalf || Vectors > 2) c22 = TL.Fma(y, b2, c22);
                    if (TShape.IsHalf ? Vectors > 1 : Vectors > 3) c23 = TL.Fma(y, b3, c23);
                }

                if (TRows.Value > 3)
                {
                    TL x = TL.Broadcast(a[aRow3]), y = TShape.IsHalf ? TL.Broadcast(other[aRow3]) : x;
                    c30 = TL.Fma(x, b0, c30);
                    if (Vectors > 1) c31 = TL.Fma(x, b1, c31);
                    if (TShape.IsHalf || Vectors > 2) c32 = TL.Fma(y, b2, c32);
                    if (TShape.IsHalf ? Vectors > 1 : Vectors > 3) c33 = TL.Fma(y, b3, c33);
                }

                if (TRows.Value > 4)
                {
                    TL x = TL.Broadcast(a[aRow4]), y = TShape.IsHalf ? TL.Broadcast(other[aRow4]) : x;
                    c40 = TL.Fma(x, b0, c40);
                    if (Vectors > 1) c41 = TL.Fma(x, b1, c41);
                    if (TShape.IsHalf || Vectors > 2) c42 = TL.Fma(y, b2, c42);
                    if (TShape.IsHalf ? Vectors > 1 : Vectors > 3) c43 = TL.Fma(y, b3, c43);
                }

                if (TRows.Value > 5)
                {
                    TL x = TL.Broadcast(a[aRow5]), y = TShape.IsHalf ? TL.Broadcast(other[aRow5]) : x;
                    c50 = TL.Fma(x, b0, c50);
                    if (Vectors > 1) c51 = TL.Fma(x, b1, c51);
                    if (TShape.IsHalf || Vectors > 2) c52 = TL.Fma(y, b2, c52);
                    if (TShape.IsHalf ? Vectors > 1 : Vectors > 3) c53 = TL.Fma(y, b3, c53);
                }
            }
        }

        Write(c, addend, c00, c01, c02, c03);
        if (TRows.Value > 1) Write(c + cRow, addend == null ? null : addend + addendRow, c10, c11, c12, c13);
        if (TRows.Value > 2) Write(c + (2 * cRow), addend == null ? null : addend + (2 * addendRow), c20, c21, c22, c23);
        if (TRows.Value > 3) Write(c + (3 * cRow), addend == null ? null : addend + (3 * addendRow), c30, c31, c32, c33);
        if (TRows.Value > 4) Write(c + (4 * cRow), addend == null ? null : addend + (4 * addendRow), c40, c41, c42, c43);
        if (TRows.Value > 5) Write(c + (5 * cRow), addend == null ? null : addend + (5 * addendRow), c50, c51, c52, c53);
        if (!TShape.IsHalf) return;
        c += beside * cRow;
        if (addend != null) addend += beside * addendRow;
        // A row that is in both halves is written once: the addend may lie where C does.
        if (beside == TRows.Value) Write(c, addend, c02, c03, c00, c01);
        if (TRows.Value > 1) Write(c + cRow, addend == null ? null : addend + addendRow, c12, c13, c10, c11);
        if (TRows.Value > 2) Write(c + (2 * cRow), addend == null ? null : addend + (2 * addendRow), c22, c23, c20, c21);
        if (TRows.Value > 3) Write(c + (3 * cRow), addend == null ? null : addend + (3 * addendRow), c32, c33, c30, c31);
        if (TRows.Value > 4) Write(c + (4 * cRow), addend == null ? null : addend + (4 * addendRow), c42, c43, c40, c41);
        if (TRows.Value > 5) Write(c + (5 * cRow), addend == null ? null : addend + (5 * addendRow), c52, c53, c50, c51);
    }

    /// <summary>As many vectors as the tile has of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(float* c, float* addend, TL v0, TL v1, TL v2, TL v3)
    {
        if (addend != null)
        {
            v0 = TL.Add(v0, TL.Load(addend));
            if (Vectors > 1) v1 = TL.Add(v1, TL.Load(addend + TL.Width));
            if (Vectors > 2) v2 = TL.Add(v2, TL.Load(addend + (2 * TL.Width)));
            if (Vectors > 3) v3 = TL.Add(v3, TL.Load(addend + (3 * TL.Width)));
        }

        TL.Store(v0, c);
        if (Vectors > 1) TL.Store(v1, c + TL.Width);
        if (Vectors > 2) TL.Store(v2, c + (2 * TL.Width));
        if (Vectors > 3) TL.Store(v3, c + (3 * TL.Width));
    }
}
