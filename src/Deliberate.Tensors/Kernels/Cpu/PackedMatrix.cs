namespace Deliberate.Tensors;

/// <summary>
/// Copies a matrix into panels: PanelWidth columns of B side by side for each step of the inner index, so that the product
/// reads them in order. The last panel is as wide as whole vectors make it, padded with zeros.
/// </summary>
internal static unsafe class PackedMatrix<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Packs B [depth, columns] given its transpose [columns, depth], row-major: the weight of y = x·Wᵀ.</summary>
    public static void FromTransposed(float* source, nint sourceRow, int columns, int depth, float* packed, int firstPanel, int endPanel)
    {
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var column = panel * MatrixProduct<TL>.PanelWidth;
            var width = Math.Min(MatrixProduct<TL>.PanelWidth, columns - column);
            var padded = MatrixProduct<TL>.RoundUp(width);
            var target = packed + MatrixProduct<TL>.PanelOffset(panel, depth);
            MatrixTranspose.Copy(source + (column * sourceRow), sourceRow, width, depth, target, padded);
            for (var k = 0; width < padded && k < depth; k++) new Span<float>(target + ((nint)k * padded) + width, padded - width).Clear();
        }
    }

    /// <summary>Packs B [depth, columns] given row-major: the weight of dx = dy·W.</summary>
    public static void FromRows(float* source, nint sourceRow, int columns, int depth, float* packed, int firstPanel, int endPanel)
    {
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var column = panel * MatrixProduct<TL>.PanelWidth;
            var width = Math.Min(MatrixProduct<TL>.PanelWidth, columns - column);
            var padded = MatrixProduct<TL>.RoundUp(width);
            var target = packed + MatrixProduct<TL>.PanelOffset(panel, depth);
            for (var k = 0; k < depth; k++)
            {
                var row = target + ((nint)k * padded);
                new ReadOnlySpan<float>(source + (k * sourceRow) + column, width).CopyTo(new Span<float>(row, width));
                new Span<float>(row + width, padded - width).Clear();
            }
        }
    }
}
