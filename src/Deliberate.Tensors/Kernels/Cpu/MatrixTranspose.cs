using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Deliberate.Tensors;

/// <summary>Copies a matrix's transpose, four by four elements in registers where the machine has the shuffles.</summary>
internal static unsafe class MatrixTranspose
{
    /// <summary>Columns of the source that are copied for all rows before the next: their target rows stay in the first-level cache.</summary>
    private const int ColumnBlock = 16;

    /// <summary>target[column, row] = source[row, column].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint sourceRow, int rows, int columns, float* target, nint targetRow)
    {
        for (var begin = 0; begin < columns; begin += ColumnBlock)
        {
            var end = Math.Min(columns, begin + ColumnBlock);
            var row = 0;
            for (; Avx.IsSupported && row + 8 <= rows; row += 8)
            {
                var from = source + (row * sourceRow);
                var column = begin;
                for (; column + 8 <= end; column += 8) WideBlock(from + column, sourceRow, target + (column * targetRow) + row, targetRow);
                for (; column < end; column++)
                    for (var r = 0; r < 8; r++) target[(column * targetRow) + row + r] = from[(r * sourceRow) + column];
            }

            for (; Sse.IsSupported && row + 4 <= rows; row += 4)
            {
                var from = source + (row * sourceRow);
                var column = begin;
                for (; column + 4 <= end; column += 4) Block(from + column, sourceRow, target + (column * targetRow) + row, targetRow);
                for (; column < end; column++)
                    for (var r = 0; r < 4; r++) target[(column * targetRow) + row + r] = from[(r * sourceRow) + column];
            }

            for (; row < rows; row++)
                for (var column = begin; column < end; column++) target[(column * targetRow) + row] = source[(row * sourceRow) + column];
        }
    }

    /// <summary>Fills what is below the diagonal of a square from what is above it.</summary>
    public static void Mirror(float* square, nint pitch, int size)
    {
        for (var begin = 0; begin < size; begin += ColumnBlock)
        {
            var end = Math.Min(size, begin + ColumnBlock);
            Copy(square + begin, pitch, begin, end - begin, square + (begin * pitch), pitch);
            for (var row = begin + 1; row < end; row++)
                for (var column = begin; column < row; column++) square[(row * pitch) + column] = square[(column * pitch) + row];
        }
    }

    /// <summary>
    /// Tiles of six columns, each [row][column], the last one with whatever stands behind the columns: A of a product by Aᵀ, as
    /// <see cref="MatrixProduct{TL}.AddTiles"/> reads it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sixes(float* source, nint sourceRow, int rows, int columns, float* target)
    {
        for (var column = 0; column < columns; column += 6)
        {
            var from = source + column;
            for (var row = 0; row < rows; row++, from += sourceRow, target += 6)
            {
                ((long*)target)[0] = ((long*)from)[0];
                ((long*)target)[1] = ((long*)from)[1];
                ((long*)target)[2] = ((long*)from)[2];
            }
        }
    }

    /// <summary>Eight by eight: half of each four by eight is put in place while it is loaded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WideBlock(float* source, nint sourceRow, float* target, nint targetRow)
    {
        var low = source + (4 * sourceRow);
        WideHalf(source, low, sourceRow, target, targetRow);
        WideHalf(source + 4, low + 4, sourceRow, target + (4 * targetRow), targetRow);
    }

    /// <summary>Four columns of eight rows, which become four rows of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WideHalf(float* high, float* low, nint sourceRow, float* target, nint targetRow)
    {
        Vector256<float> a = Pair(high, low), b = Pair(high + sourceRow, low + sourceRow), c = Pair(high + (2 * sourceRow), low + (2 * sourceRow)), d = Pair(high + (3 * sourceRow), low + (3 * sourceRow));
        Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d), abHigh = Avx.UnpackHigh(a, b), cdHigh = Avx.UnpackHigh(c, d);
        Avx.Shuffle(ab, cd, 0x44).Store(target);
        Avx.Shuffle(ab, cd, 0xEE).Store(target + targetRow);
        Avx.Shuffle(abHigh, cdHigh, 0x44).Store(target + (2 * targetRow));
        Avx.Shuffle(abHigh, cdHigh, 0xEE).Store(target + (3 * targetRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* first, float* second) => Vector256.Create(Vector128.Load(first), Vector128.Load(second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(float* source, nint sourceRow, float* target, nint targetRow)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourceRow), c = Vector128.Load(source + (2 * sourceRow)), d = Vector128.Load(source + (3 * sourceRow));
        Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d), abHigh = Sse.UnpackHigh(a, b), cdHigh = Sse.UnpackHigh(c, d);
        Sse.MoveLowToHigh(ab, cd).Store(target);
        Sse.MoveHighToLow(cd, ab).Store(target + targetRow);
        Sse.MoveLowToHigh(abHigh, cdHigh).Store(target + (2 * targetRow));
        Sse.MoveHighToLow(cdHigh, abHigh).Store(target + (3 * targetRow));
    }
}
