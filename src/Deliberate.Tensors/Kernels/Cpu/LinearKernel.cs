using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>y = x·Wᵀ (+ bias) (+ residual), its input gradient dy·W and its weight gradient dyᵀ·x.</summary>
internal static unsafe class LinearKernel<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Tokens whose columns of x and dy stay in the first-level cache while a panel of dW is updated.</summary>
    private const int TokenBlock = 96;

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
        Product(
            weight, rows.Count, x.F32(rows.Begin), x.Stride, first, end, y.F32(rows.Begin), y.Stride,
            bias is null ? null : bias.F32, residual is null ? null : residual.F32(rows.Begin), residual?.Stride ?? 0);
    }

    /// <summary>Columns [first, end) of x·Wᵀ, cut at whole vectors, or at whole panels where the weight is held narrow.</summary>
    public static void Product(
        LinearWeight weight, int rows, float* x, nint xRow, int first, int end, float* y, nint yRow, float* bias, float* addend, nint addendRow)
    {
        if (weight.Storage is null or WeightStorage.F32)
        {
            var packed = weight.Storage is null ? weight.ForwardPacked!.F32 : (float*)weight.Stored!.Bytes;
            MatrixProduct<TL>.Packed(rows, weight.Rows, weight.Columns, x, xRow, packed, first, end, y, yRow, bias, addend, addendRow);
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

    public static void Backward(Tensor x, LinearWeight weight, Tensor y, int yFirstRow, Rows rows) =>
        MatrixProduct<TL>.Packed(
            rows.Count, weight.Columns, weight.Rows, y.GradientF32(rows.Begin - yFirstRow), y.Stride, weight.BackwardPacked!.F32, 0, weight.Columns,
            x.GradientF32(rows.Begin), x.Stride, null, null, 0);

    public static void WeightGradient(Tensor x, LinearWeight weight, Parameter? bias, Tensor y, int yFirstRow, Rows rows, Share share)
    {
        var (begin, end) = share.Of(weight.Rows, grain: 6);
        if (begin >= end) return;
        var depth = weight.Columns;
        for (var token = rows.Begin; token < rows.End; token += TokenBlock)
        {
            var tokens = Math.Min(TokenBlock, rows.End - token);
            var dy = y.GradientF32(token - yFirstRow) + begin;
            for (var column = 0; column < depth; column += MatrixProduct<TL>.PanelWidth)
            {
                var target = weight.GradientF32 + ((nint)begin * depth) + column;
                MatrixProduct<TL>.Panel(
                    end - begin, Math.Min(MatrixProduct<TL>.PanelWidth, depth - column), tokens, dy, 1, y.Stride, x.F32(token) + column, x.Stride,
                    target, depth, target, depth, null, 0);
            }

            if (bias is not null) BiasGradient(bias.GradientF32 + begin, dy, y.Stride, tokens, end - begin);
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
