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
