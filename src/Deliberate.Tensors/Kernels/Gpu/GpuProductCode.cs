using ILGPU;

namespace Deliberate.Tensors;

/// <summary>Where the sum of a product begins, or what is added to it.</summary>
internal enum Addend
{
    None,

    /// <summary>Added behind the sum.</summary>
    Behind,

    /// <summary>The sum begins with what stands in the result: accumulation, in one chain whatever the cut.</summary>
    Begin,
}

/// <summary>Sizes and steps (in elements) of C [Rows, Columns] = Scale · Σ_k A[row, k] · B[k, column] (+ bias) (+ addend).</summary>
internal readonly record struct ProductShape(int Rows, int Columns, int Depth, int ARow, int ADepth, int BDepth, int BColumn, int CRow, float Scale, int HasBias, Addend Addend, int AddendRow);

/// <summary>
/// The one kernel of all products. Each output is one chain of sums in the order of the depth, whichever thread has it, so that neither
/// the batch nor the cut has any part in its bits. A thread computes 4 rows by 2 columns; what lies beyond the edge is computed of the last
/// row or column again and not kept.
/// </summary>
internal static class GpuProductCode
{
    public const int TileRows = 4, TileColumns = 2;

    public static void Run(Index1D index, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> addend, ProductShape s)
    {
        var across = (s.Columns + TileColumns - 1) / TileColumns;
        int row = index / across * TileRows, left = index % across, right = left + across;
        var last = s.Columns - 1;
        var beyond = right > last ? last : right;
        int r1 = Within(row + 1, s.Rows), r2 = Within(row + 2, s.Rows), r3 = Within(row + 3, s.Rows);
        long a0 = (long)row * s.ARow, a1 = (long)r1 * s.ARow, a2 = (long)r2 * s.ARow, a3 = (long)r3 * s.ARow;
        long bl = (long)left * s.BColumn, br = (long)beyond * s.BColumn;
        float l0 = 0, l1 = 0, l2 = 0, l3 = 0, x0 = 0, x1 = 0, x2 = 0, x3 = 0;
        if (s.Addend == Addend.Begin)
        {
            long c0 = (long)row * s.CRow, c1 = (long)r1 * s.CRow, c2 = (long)r2 * s.CRow, c3 = (long)r3 * s.CRow;
            l0 = c[c0 + left];
            l1 = c[c1 + left];
            l2 = c[c2 + left];
            l3 = c[c3 + left];
            x0 = c[c0 + beyond];
            x1 = c[c1 + beyond];
            x2 = c[c2 + beyond];
            x3 = c[c3 + beyond];
        }

        for (var k = 0; k < s.Depth; k++)
        {
            float p = b[bl], q = b[br], v0 = a[a0], v1 = a[a1], v2 = a[a2], v3 = a[a3];
            l0 += v0 * p;
            l1 += v1 * p;
            l2 += v2 * p;
            l3 += v3 * p;
            x0 += v0 * q;
            x1 += v1 * q;
            x2 += v2 * q;
            x3 += v3 * q;
            bl += s.BDepth;
            br += s.BDepth;
            a0 += s.ADepth;
            a1 += s.ADepth;
            a2 += s.ADepth;
            a3 += s.ADepth;
        }

        Keep(c, bias, addend, s, row, left, right, l0, x0);
        Keep(c, bias, addend, s, row + 1, left, right, l1, x1);
        Keep(c, bias, addend, s, row + 2, left, right, l2, x2);
        Keep(c, bias, addend, s, row + 3, left, right, l3, x3);
    }

    private static int Within(int row, int rows) => row < rows ? row : rows - 1;

    private static void Keep(ArrayView<float> c, ArrayView<float> bias, ArrayView<float> addend, ProductShape s, int row, int left, int right, float first, float second)
    {
        if (row >= s.Rows) return;
        c[((long)row * s.CRow) + left] = Finished(bias, addend, s, row, left, first);
        if (right < s.Columns) c[((long)row * s.CRow) + right] = Finished(bias, addend, s, row, right, second);
    }

    private static float Finished(ArrayView<float> bias, ArrayView<float> addend, ProductShape s, int row, int column, float sum)
    {
        var value = sum * s.Scale;
        if (s.HasBias != 0) value += bias[column];
        if (s.Addend == Addend.Behind) value += addend[((long)row * s.AddendRow) + column];
        return value;
    }

    /// <summary>target [columns, rows] = source [rows, columns] transposed.</summary>
    public static void Transpose(Index1D index, ArrayView<float> source, ArrayView<float> target, int rows, int columns, int sourceRow, int targetRow)
    {
        int row = index % rows, column = index / rows;
        target[((long)column * targetRow) + row] = source[((long)row * sourceRow) + column];
    }
}
