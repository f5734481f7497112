using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>y = x·Wᵀ (+ bias) (+ residual), its input gradient dy·W and its weight gradient dyᵀ·x.</summary>
internal static unsafe class LinearKernel<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Tokens and outputs of dy that are laid out at a time for the weight's gradient: 96 kB, which stay in the second-level cache.</summary>
    private const int TokenBlock = 256, OutputBlock = 96;

    /// <summary>Columns up to which the transpose of a weight's gradient is computed.</summary>
    private const int FewColumns = 36;

    public static void Pack(LinearWeight weight, DeviceBuffer forward, DeviceBuffer? backward, Share share)
    {
        var (first, end) = share.Of(Panels(weight.Rows));
        PackedMatrix<TL>.FromTransposed(weight.F32, weight.Columns, weight.Rows, weight.Columns, forward.F32, first, end);
        if (backward is null) return;
        (first, end) = share.Of(Panels(weight.Columns));
        PackedMatrix<TL>.FromRows(weight.F32, weight.Columns, weight.Columns, weight.Rows, backward.F32, first, end);
    }

    public static void Forward(Tensor x, LinearWeight weight, Parameter? bias, Tensor? residual, Tensor y, Rows rows, Share share)
    {
        var (first, end) = share.Of(weight.Rows, weight.Storage is null or WeightStorage.F32 ? TL.Width : MatrixProduct<TL>.PanelWidth);
        if (first >= end) return;
        Product(
            weight, rows.Count, x.F32(rows.Begin), x.Stride, first, end, y.F32(rows.Begin), y.Stride,
            bias is null ? null : bias.F32, residual is null ? null : residual.F32(rows.Begin), residual?.Stride ?? 0);
    }

    /// <summary>Columns [first, end) of x·Wᵀ, cut at whole vectors, or at whole panels where the weight is held narrow.</summary>
    public static void Product(
        LinearWeight weight, int rows, float* x, nint xRow, int first, int end, float* y, nint yRow, float* bias, float* addend, nint addendRow)
    {
        if (weight is { Storage: null, ForwardPacked: null })
        {
            UnpackedProduct<TL>.Forward(rows, weight.Columns, x, xRow, weight.F32, first, end, y, yRow, bias, addend, addendRow);
        }
        else if (weight.Storage is null or WeightStorage.F32)
        {
            var packed = weight.Storage is null ? weight.ForwardPacked!.F32 : (float*)weight.Stored!.Bytes;
            MatrixProduct<TL>.Packed(rows, weight.Rows, weight.Columns, x, xRow, packed, first, end, y, yRow, bias, 0, addend, addendRow);
        }
        else
        {
            StoredProduct<TL>.Run(
                weight.Storage.Value, rows, weight.Rows, weight.Columns, x, xRow, weight.Stored!.Bytes, first / MatrixProduct<TL>.PanelWidth, Panels(end), y, yRow, bias, addend, addendRow);
        }
    }

    /// <summary>The weights of one output of an inference-only weight: an embedding.</summary>
    public static void ReadOutput(LinearWeight weight, WeightStorage storage, int output, float* target)
    {
        var panel = output / MatrixProduct<TL>.PanelWidth;
        var column = panel * MatrixProduct<TL>.PanelWidth;
        var padded = MatrixProduct<TL>.RoundUp(Math.Min(MatrixProduct<TL>.PanelWidth, weight.Rows - column));
        StoredPanel<TL>.ReadOutput(storage, weight.Stored!.Bytes + StoredPanel<TL>.Offset(storage, panel, weight.Columns), padded, output - column, weight.Columns, target);
    }

    /// <summary>Inputs [begin, end) of a panel as floats [inputs, padded width], of a weight in any storage; begin is a whole block of it.</summary>
    /// <returns>The padded width.</returns>
    public static int Widen(LinearWeight weight, int panel, int begin, int end, float* target)
    {
        var padded = MatrixProduct<TL>.RoundUp(Math.Min(MatrixProduct<TL>.PanelWidth, weight.Rows - (panel * MatrixProduct<TL>.PanelWidth)));
        if (weight.Storage is { } storage and not WeightStorage.F32)
        {
            StoredPanel<TL>.Expand(storage, weight.Stored!.Bytes + StoredPanel<TL>.Offset(storage, panel, weight.Columns), padded, begin, end, target);
            return padded;
        }

        var packed = (weight.Storage is null ? weight.ForwardPacked!.F32 : (float*)weight.Stored!.Bytes) + MatrixProduct<TL>.PanelOffset(panel, weight.Columns);
        new ReadOnlySpan<float>(packed + ((nint)begin * padded), (end - begin) * padded).CopyTo(new Span<float>(target, (end - begin) * padded));
        return padded;
    }

    public static void Backward(Tensor x, LinearWeight weight, Tensor y, int yFirstRow, Rows rows, bool add, Share share)
    {
        float* dx = x.GradientF32(rows.Begin), dy = y.GradientF32(rows.Begin - yFirstRow);
        var (first, end) = share.Of(weight.Columns, weight.Storage is null ? TL.Width : StoredProduct<TL>.PieceInputs);
        if (first >= end) return;
        if (weight.Storage is { } storage) StoredProduct<TL>.Backward(storage, rows.Count, weight.Rows, weight.Columns, first, end, dy, y.Stride, weight.Stored!.Bytes, dx, x.Stride, add);
        else if (weight.BackwardPacked is null) UnpackedProduct<TL>.Backward(rows.Count, weight.Rows, weight.Columns, dy, y.Stride, weight.F32, first, end, dx, x.Stride, add);
        else MatrixProduct<TL>.Packed(rows.Count, weight.Columns, weight.Rows, dy, y.Stride, weight.BackwardPacked.F32, first, end, dx, x.Stride, add ? dx : null, x.Stride, null, 0);
    }

    public static void WeightGradient(Tensor x, LinearWeight weight, Parameter? bias, Tensor y, int yFirstRow, Rows rows, Share share) =>
        WeightGradient(x.F32(rows.Begin), x.Stride, weight, bias, y.GradientF32(rows.Begin - yFirstRow), y.Stride, rows.Count, share);

    /// <summary>
    /// The same from where the first row of x and of dy lies. dy is laid out in tiles of six outputs, which many columns of x then read in
    /// order; each element is one chain over the tokens however they are cut.
    /// </summary>
    [SkipLocalsInit]
    public static void WeightGradient(float* x, nint xRow, LinearWeight weight, Parameter? bias, float* dy, nint dyRow, int count, Share share)
    {
        if (bias is null && weight.Columns <= FewColumns && weight.Rows > weight.Columns)
        {
            NarrowGradient(x, xRow, weight, dy, dyRow, count, share);
            return;
        }

        var (begin, end) = share.Of(weight.Rows, grain: 6);
        if (begin >= end || count == 0) return;
        int depth = weight.Columns, blocks = (count + TokenBlock - 1) / TokenBlock;
        var tiles = stackalloc float[TokenBlock * OutputBlock];
        for (var block = 0; block < blocks; block++)
        {
            var (first, last) = new Share(block, blocks).Of(count);
            float* fromX = x + (first * xRow), fromY = dy + (first * dyRow);
            var tokens = last - first;
            for (var output = begin; output < end; output += OutputBlock)
            {
                var outputs = Math.Min(OutputBlock, end - output);
                MatrixTranspose.Sixes(fromY + output, dyRow, tokens, outputs, tiles);
                for (var column = 0; column < depth; column += MatrixProduct<TL>.PanelWidth)
                {
                    var width = Math.Min(MatrixProduct<TL>.PanelWidth, depth - column);
                    MatrixProduct<TL>.AddTiles(outputs, width, tokens, tiles, fromX + column, xRow, weight.GradientF32 + ((nint)output * depth) + column, depth);
                }
            }

            if (bias is not null) BiasGradient(bias.GradientF32 + begin, fromY + begin, dyRow, tokens, end - begin);
        }
    }

    /// <summary>
    /// The same for few columns, those of an adapter's B: dWᵀ = xᵀ·dy, a panel of outputs at a time, so that it is the narrow x that is laid out
    /// in tiles and the wide dy that is read in order. The chains are the same ones.
    /// </summary>
    [SkipLocalsInit]
    private static void NarrowGradient(float* x, nint xRow, LinearWeight weight, float* dy, nint dyRow, int count, Share share)
    {
        int width = MatrixProduct<TL>.PanelWidth, columns = weight.Columns, blocks = (count + TokenBlock - 1) / TokenBlock;
        var (begin, end) = share.Of(weight.Rows, width);
        float* tiles = stackalloc float[TokenBlock * FewColumns], sums = stackalloc float[FewColumns * 64];
        for (var block = 0; block < blocks && begin < end; block++)
        {
            var (first, last) = new Share(block, blocks).Of(count);
            var tokens = last - first;
            MatrixTranspose.Sixes(x + (first * xRow), xRow, tokens, columns, tiles);
            for (var output = begin; output < end; output += width)
            {
                var outputs = Math.Min(width, end - output);
                var gradient = weight.GradientF32 + ((nint)output * columns);
                MatrixTranspose.Copy(gradient, columns, outputs, columns, sums, width);
                MatrixProduct<TL>.AddTiles(columns, outputs, tokens, tiles, dy + (first * dyRow) + output, dyRow, sums, width);
                MatrixTranspose.Copy(sums, width, columns, outputs, gradient, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BiasGradient(float* gradient, float* dy, nint stride, int tokens, int count)
    {
        for (var t = 0; t < tokens; t++, dy += stride)
            for (var i = 0; i < count; i++) gradient[i] += dy[i];
    }

    public static int Panels(int columns) => (columns + MatrixProduct<TL>.PanelWidth - 1) / MatrixProduct<TL>.PanelWidth;
}
