using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>A number known to the JIT: the size of a tile.</summary>
internal interface ISize
{
    static abstract int Value { get; }
}

internal readonly struct Size1 : ISize { public static int Value => 1; }

internal readonly struct Size2 : ISize { public static int Value => 2; }

internal readonly struct Size3 : ISize { public static int Value => 3; }

internal readonly struct Size4 : ISize { public static int Value => 4; }

internal readonly struct Size5 : ISize { public static int Value => 5; }

internal readonly struct Size6 : ISize { public static int Value => 6; }

/// <summary>Where the vectors of a row of B lie, and what is asked for while they are read.</summary>
internal interface IColumns
{
    /// <summary>Whether to ask ahead however many rows use a vector: B is read once, from far away.</summary>
    static virtual bool Far => false;

    /// <summary>From the first vector of a row to another.</summary>
    static abstract nint Offset(int vector, int width, nint apart);

    /// <summary>From a vector to what will be read in a while.</summary>
    static virtual nint Ahead(nint usual, int width, nint apart) => usual;
}

/// <summary>Side by side, as in a panel of weights.</summary>
internal readonly struct Adjacent : IColumns
{
    public static nint Offset(int vector, int width, nint apart) => (nint)vector * width;
}

/// <summary>In strips of one vector, each a number of elements behind the other: a page of keys, which fills up strip by strip.</summary>
internal readonly struct InStrips : IColumns
{
    public static nint Offset(int vector, int width, nint apart) => vector * apart;
}

/// <summary>The same, while a step of sampling goes through the heads of a page: the same place of the next head is asked for.</summary>
internal readonly struct PageOfKeys : IColumns
{
    public static bool Far => true;

    public static nint Offset(int vector, int width, nint apart) => vector * apart;

    public static nint Ahead(nint usual, int width, nint apart) => KeyValueCache.PageTokens / width * apart;
}

/// <summary>Side by side, a head's values being a number of elements behind those of the head before.</summary>
internal readonly struct PageOfValues : IColumns
{
    public static bool Far => true;

    public static nint Offset(int vector, int width, nint apart) => (nint)vector * width;

    public static nint Ahead(nint usual, int width, nint apart) => apart;
}

/// <summary>
/// The innermost product: a tile of C [rows ≤ 6, vectors ≤ 4] stays in registers while the inner index k runs once from first
/// to last. Every element of C is one chain of fused multiply-adds in the order of k, whatever the size of the tile: this is
/// what makes a row's result independent of the rows beside it, and a gradient independent of how its tokens were cut.
/// Rows and vectors are compile-time constants of each instantiation; the accumulators of absent rows vanish.
/// </summary>
internal static unsafe class MatrixTile<TL, TRows, TVectors, TColumns>
    where TL : struct, ILanes<TL>
    where TRows : struct, ISize
    where TVectors : struct, ISize
    where TColumns : struct, IColumns
{
    /// <summary>How far ahead one or two rows ask for B, which they read once, from memory; more rows read it again and find it near.</summary>
    private const int PrefetchBytes = 4096;

    /// <summary>C = start + A·B (+ addend).</summary>
    /// <param name="depth">Length of the inner index k.</param>
    /// <param name="a">A[row, k] at a[row · aRow + k · aDepth].</param>
    /// <param name="b">B[k, column] at b[k · bDepth + column].</param>
    /// <param name="bApart">What the kind of columns says; unused where they are adjacent.</param>
    /// <param name="start">What the chain starts from, C itself to accumulate; null for zero.</param>
    /// <param name="addend">Added after the chain; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int depth, float* a, nint aRow, nint aDepth, float* b, nint bDepth, nint bApart, float* c, nint cRow, float* start, nint startRow, float* addend, nint addendRow)
    {
        TL c00 = TL.Zero, c01 = TL.Zero, c02 = TL.Zero, c03 = TL.Zero;
        TL c10 = TL.Zero, c11 = TL.Zero, c12 = TL.Zero, c13 = TL.Zero;
        TL c20 = TL.Zero, c21 = TL.Zero, c22 = TL.Zero, c23 = TL.Zero;
        TL c30 = TL.Zero, c31 = TL.Zero, c32 = TL.Zero, c33 = TL.Zero;
        TL c40 = TL.Zero, c41 = TL.Zero, c42 = TL.Zero, c43 = TL.Zero;
        TL c50 = TL.Zero, c51 = TL.Zero, c52 = TL.Zero, c53 = TL.Zero;
        if (start != null)
        {
            c00 = TL.Load(start + (0 * startRow) + (0 * TL.Width));
            if (TVectors.Value > 1) c01 = TL.Load(start + (0 * startRow) + (1 * TL.Width));
            if (TVectors.Value > 2) c02 = TL.Load(start + (0 * startRow) + (2 * TL.Width));
            if (TVectors.Value > 3) c03 = TL.Load(start + (0 * startRow) + (3 * TL.Width));
            if (TRows.Value > 1) c10 = TL.Load(start + (1 * startRow) + (0 * TL.Width));
            if (TRows.Value > 1 && TVectors.Value > 1) c11 = TL.Load(start + (1 * startRow) + (1 * TL.Width));
            if (TRows.Value > 1 && TVectors.Value > 2) c12 = TL.Load(start + (1 * startRow) + (2 * TL.Width));
            if (TRows.Value > 1 && TVectors.Value > 3) c13 = TL.Load(start + (1 * startRow) + (3 * TL.Width));
            if (TRows.Value > 2) c20 = TL.Load(start + (2 * startRow) + (0 * TL.Width));
            if (TRows.Value > 2 && TVectors.Value > 1) c21 = TL.Load(start + (2 * startRow) + (1 * TL.Width));
            if (TRows.Value > 2 && TVectors.Value > 2) c22 = TL.Load(start + (2 * startRow) + (2 * TL.Width));
            if (TRows.Value > 2 && TVectors.Value > 3) c23 = TL.Load(start + (2 * startRow) + (3 * TL.Width));
            if (TRows.Value > 3) c30 = TL.Load(start + (3 * startRow) + (0 * TL.Width));
            if (TRows.Value > 3 && TVectors.Value > 1) c31 = TL.Load(start + (3 * startRow) + (1 * TL.Width));
            if (TRows.Value > 3 && TVectors.Value > 2) c32 = TL.Load(start + (3 * startRow) + (2 * TL.Width));
            if (TRows.Value > 3 && TVectors.Value > 3) c33 = TL.Load(start + (3 * startRow) + (3 * TL.Width));
            if (TRows.Value > 4) c40 = TL.Load(start + (4 * startRow) + (0 * TL.Width));
            if (TRows.Value > 4 && TVectors.Value > 1) c41 = TL.Load(start + (4 * startRow) + (1 * TL.Width));
            if (TRows.Value > 4 && TVectors.Value > 2) c42 = TL.Load(start + (4 * startRow) + (2 * TL.Width));
            if (TRows.Value > 4 && TVectors.Value > 3) c43 = TL.Load(start + (4 * startRow) + (3 * TL.Width));
            if (TRows.Value > 5) c50 = TL.Load(start + (5 * startRow) + (0 * TL.Width));
            if (TRows.Value > 5 && TVectors.Value > 1) c51 = TL.Load(start + (5 * startRow) + (1 * TL.Width));
            if (TRows.Value > 5 && TVectors.Value > 2) c52 = TL.Load(start + (5 * startRow) + (2 * TL.Width));
            if (TRows.Value > 5 && TVectors.Value > 3) c53 = TL.Load(start + (5 * startRow) + (3 * TL.Width));
        }

        var a0 = a;
        var a1 = a + (1 * aRow);
        var a2 = a + (2 * aRow);
        var a3 = a + (3 * aRow);
        var a4 = a + (4 * aRow);
        var a5 = a + (5 * aRow);
        for (var k = 0; k < depth; k++)
        {
            TL b0 = TL.Load(b), b1 = TL.Zero, b2 = TL.Zero, b3 = TL.Zero;
            if (TVectors.Value > 1) b1 = TL.Load(b + TColumns.Offset(1, TL.Width, bApart));
            if (TVectors.Value > 2) b2 = TL.Load(b + TColumns.Offset(2, TL.Width, bApart));
            if (TVectors.Value > 3) b3 = TL.Load(b + TColumns.Offset(3, TL.Width, bApart));
            if (TRows.Value <= 2 || TColumns.Far)
            {
                var ahead = b + TColumns.Ahead(PrefetchBytes / sizeof(float), TL.Width, bApart);
                CacheHint.Fetch(ahead);
                if (TVectors.Value > 1) CacheHint.Fetch(ahead + TColumns.Offset(1, 16, bApart));
                if (TVectors.Value > 2) CacheHint.Fetch(ahead + TColumns.Offset(2, 16, bApart));
                if (TVectors.Value > 3) CacheHint.Fetch(ahead + TColumns.Offset(3, 16, bApart));
            }

            b += bDepth;
            {
                var x = TL.Broadcast(*a0);
                a0 += aDepth;
                c00 = TL.Fma(x, b0, c00);
                if (TVectors.Value > 1) c01 = TL.Fma(x, b1, c01);
                if (TVectors.Value > 2) c02 = TL.Fma(x, b2, c02);
                if (TVectors.Value > 3) c03 = TL.Fma(x, b3, c03);
            }

            if (TRows.Value > 1)
            {
                var x = TL.Broadcast(*a1);
                a1 += aDepth;
                c10 = TL.Fma(x, b0, c10);
                if (TVectors.Value > 1) c11 = TL.Fma(x, b1, c11);
                if (TVectors.Value > 2) c12 = TL.Fma(x, b2, c12);
                if (TVectors.Value > 3) c13 = TL.Fma(x, b3, c13);
            }

            if (TRows.Value > 2)
            {
                var x = TL.Broadcast(*a2);
                a2 += aDepth;
                c20 = TL.Fma(x, b0, c20);
                if (TVectors.Value > 1) c21 = TL.Fma(x, b1, c21);
                if (TVectors.Value > 2) c22 = TL.Fma(x, b2, c22);
                if (TVectors.Value > 3) c23 = TL.Fma(x, b3, c23);
            }

            if (TRows.Value > 3)
            {
                var x = TL.Broadcast(*a3);
                a3 += aDepth;
                c30 = TL.Fma(x, b0, c30);
                if (TVectors.Value > 1) c31 = TL.Fma(x, b1, c31);
                if (TVectors.Value > 2) c32 = TL.Fma(x, b2, c32);
                if (TVectors.Value > 3) c33 = TL.Fma(x, b3, c33);
            }

            if (TRows.Value > 4)
            {
                var x = TL.Broadcast(*a4);
                a4 += aDepth;
                c40 = TL.Fma(x, b0, c40);
                if (TVectors.Value > 1) c41 = TL.Fma(x, b1, c41);
                if (TVectors.Value > 2) c42 = TL.Fma(x, b2, c42);
                if (TVectors.Value > 3) c43 = TL.Fma(x, b3, c43);
            }

            if (TRows.Value > 5)
            {
                var x = TL.Broadcast(*a5);
                a5 += aDepth;
                c50 = TL.Fma(x, b0, c50);
                if (TVectors.Value > 1) c51 = TL.Fma(x, b1, c51);
                if (TVectors.Value > 2) c52 = TL.Fma(x, b2, c52);
                if (TVectors.Value > 3) c53 = TL.Fma(x, b3, c53);
            }
        }

        if (addend != null)
        {
            c00 = TL.Add(c00, TL.Load(addend + (0 * addendRow) + (0 * TL.Width)));
            if (TVectors.Value > 1) c01 = TL.Add(c01, TL.Load(addend + (0 * addendRow) + (1 * TL.Width)));
            if (TVectors.Value > 2) c02 = TL.Add(c02, TL.Load(addend + (0 * addendRow) + (2 * TL.Width)));
            if (TVectors.Value > 3) c03 = TL.Add(c03, TL.Load(addend + (0 * addendRow) + (3 * TL.Width)));
            if (TRows.Value > 1) c10 = TL.Add(c10, TL.Load(addend + (1 * addendRow) + (0 * TL.Width)));
            if (TRows.Value > 1 && TVectors.Value > 1) c11 = TL.Add(c11, TL.Load(addend + (1 * addendRow) + (1 * TL.Width)));
            if (TRows.Value > 1 && TVectors.Value > 2) c12 = TL.Add(c12, TL.Load(addend + (1 * addendRow) + (2 * TL.Width)));
            if (TRows.Value > 1 && TVectors.Value > 3) c13 = TL.Add(c13, TL.Load(addend + (1 * addendRow) + (3 * TL.Width)));
            if (TRows.Value > 2) c20 = TL.Add(c20, TL.Load(addend + (2 * addendRow) + (0 * TL.Width)));
            if (TRows.Value > 2 && TVectors.Value > 1) c21 = TL.Add(c21, TL.Load(addend + (2 * addendRow) + (1 * TL.Width)));
            if (TRows.Value > 2 && TVectors.Value > 2) c22 = TL.Add(c22, TL.Load(addend + (2 * addendRow) + (2 * TL.Width)));
            if (TRows.Value > 2 && TVectors.Value > 3) c23 = TL.Add(c23, TL.Load(addend + (2 * addendRow) + (3 * TL.Width)));
            if (TRows.Value > 3) c30 = TL.Add(c30, TL.Load(addend + (3 * addendRow) + (0 * TL.Width)));
            if (TRows.Value > 3 && TVectors.Value > 1) c31 = TL.Add(c31, TL.Load(addend + (3 * addendRow) + (1 * TL.Width)));
            if (TRows.Value > 3 && TVectors.Value > 2) c32 = TL.Add(c32, TL.Load(addend + (3 * addendRow) + (2 * TL.Width)));
            if (TRows.Value > 3 && TVectors.Value > 3) c33 = TL.Add(c33, TL.Load(addend + (3 * addendRow) + (3 * TL.Width)));
            if (TRows.Value > 4) c40 = TL.Add(c40, TL.Load(addend + (4 * addendRow) + (0 * TL.Width)));
            if (TRows.Value > 4 && TVectors.Value > 1) c41 = TL.Add(c41, TL.Load(addend + (4 * addendRow) + (1 * TL.Width)));
            if (TRows.Value > 4 && TVectors.Value > 2) c42 = TL.Add(c42, TL.Load(addend + (4 * addendRow) + (2 * TL.Width)));
            if (TRows.Value > 4 && TVectors.Value > 3) c43 = TL.Add(c43, TL.Load(addend + (4 * addendRow) + (3 * TL.Width)));
            if (TRows.Value > 5) c50 = TL.Add(c50, TL.Load(addend + (5 * addendRow) + (0 * TL.Width)));
            if (TRows.Value > 5 && TVectors.Value > 1) c51 = TL.Add(c51, TL.Load(addend + (5 * addendRow) + (1 * TL.Width)));
            if (TRows.Value > 5 && TVectors.Value > 2) c52 = TL.Add(c52, TL.Load(addend + (5 * addendRow) + (2 * TL.Width)));
            if (TRows.Value > 5 && TVectors.Value > 3) c53 = TL.Add(c53, TL.Load(addend + (5 * addendRow) + (3 * TL.Width)));
        }

        TL.Store(c00, c + (0 * cRow) + (0 * TL.Width));
        if (TVectors.Value > 1) TL.Store(c01, c + (0 * cRow) + (1 * TL.Width));
        if (TVectors.Value > 2) TL.Store(c02, c + (0 * cRow) + (2 * TL.Width));
        if (TVectors.Value > 3) TL.Store(c03, c + (0 * cRow) + (3 * TL.Width));
        if (TRows.Value > 1) TL.Store(c10, c + (1 * cRow) + (0 * TL.Width));
        if (TRows.Value > 1 && TVectors.Value > 1) TL.Store(c11, c + (1 * cRow) + (1 * TL.Width));
        if (TRows.Value > 1 && TVectors.Value > 2) TL.Store(c12, c + (1 * cRow) + (2 * TL.Width));
        if (TRows.Value > 1 && TVectors.Value > 3) TL.Store(c13, c + (1 * cRow) + (3 * TL.Width));
        if (TRows.Value > 2) TL.Store(c20, c + (2 * cRow) + (0 * TL.Width));
        if (TRows.Value > 2 && TVectors.Value > 1) TL.Store(c21, c + (2 * cRow) + (1 * TL.Width));
        if (TRows.Value > 2 && TVectors.Value > 2) TL.Store(c22, c + (2 * cRow) + (2 * TL.Width));
        if (TRows.Value > 2 && TVectors.Value > 3) TL.Store(c23, c + (2 * cRow) + (3 * TL.Width));
        if (TRows.Value > 3) TL.Store(c30, c + (3 * cRow) + (0 * TL.Width));
        if (TRows.Value > 3 && TVectors.Value > 1) TL.Store(c31, c + (3 * cRow) + (1 * TL.Width));
        if (TRows.Value > 3 && TVectors.Value > 2) TL.Store(c32, c + (3 * cRow) + (2 * TL.Width));
        if (TRows.Value > 3 && TVectors.Value > 3) TL.Store(c33, c + (3 * cRow) + (3 * TL.Width));
        if (TRows.Value > 4) TL.Store(c40, c + (4 * cRow) + (0 * TL.Width));
        if (TRows.Value > 4 && TVectors.Value > 1) TL.Store(c41, c + (4 * cRow) + (1 * TL.Width));
        if (TRows.Value > 4 && TVectors.Value > 2) TL.Store(c42, c + (4 * cRow) + (2 * TL.Width));
        if (TRows.Value > 4 && TVectors.Value > 3) TL.Store(c43, c + (4 * cRow) + (3 * TL.Width));
        if (TRows.Value > 5) TL.Store(c50, c + (5 * cRow) + (0 * TL.Width));
        if (TRows.Value > 5 && TVectors.Value > 1) TL.Store(c51, c + (5 * cRow) + (1 * TL.Width));
        if (TRows.Value > 5 && TVectors.Value > 2) TL.Store(c52, c + (5 * cRow) + (2 * TL.Width));
        if (TRows.Value > 5 && TVectors.Value > 3) TL.Store(c53, c + (5 * cRow) + (3 * TL.Width));
    }
}
