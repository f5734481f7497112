using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// DoRA's magnitudes (arXiv 2402.09353, section 4): the norm of each output's row of W + scale·B·A, and y = m / norm · x (+ bias)
/// (+ residual). The norm is a constant for the gradient, as the paper has it (section 4.3).
/// </summary>
internal static unsafe class MagnitudeKernel<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Inputs of a piece; whole blocks of every storage.</summary>
    private const int PieceInputs = 64;

    [SkipLocalsInit]
    public static void Pack(LowRankUpdate update, Share share)
    {
        var weight = update.Target;
        float* piece = stackalloc float[PieceInputs * 64], column = stackalloc float[64], sums = stackalloc float[64];
        var squares = stackalloc double[64];
        var (firstPanel, endPanel) = share.Of(LinearKernel<TL>.Panels(weight.Rows));
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var first = panel * MatrixProduct<TL>.PanelWidth;
            var end = Math.Min(weight.Rows, first + MatrixProduct<TL>.PanelWidth);
            new Span<double>(squares, 64).Clear();
            for (var k = 0; k < weight.Columns; k += PieceInputs)
            {
                var inputs = Math.Min(PieceInputs, weight.Columns - k);
                var padded = LinearKernel<TL>.Widen(weight, panel, k, k + inputs, piece);
                foreach (var part in update.Parts) Add(update, part, first, end, k, inputs, piece, padded, column);
                Squares(piece, inputs, padded, sums);
                for (var c = 0; c < end - first; c++) squares[c] += sums[c];
            }

            foreach (var part in update.Parts)
            {
                for (var output = Math.Max(first, part.FirstOutput); output < Math.Min(end, part.FirstOutput + part.Outputs); output++)
                {
                    var norm = Math.Sqrt(squares[output - first]);
                    update.Norms!.F32[output] = (float)norm;
                    update.Factors!.F32[output] = (float)(part.Magnitude!.F32[output - part.FirstOutput] / norm);
                }
            }
        }
    }

    public static void Forward(Tensor x, LowRankUpdate update, Parameter? bias, Tensor? residual, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++) Row(x.F32(t), update.Factors!.F32, bias is null ? null : bias.F32, residual is null ? null : residual.F32(t), y.F32(t), y.Columns);
    }

    public static void Backward(Tensor x, LowRankUpdate update, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++) Row(y.GradientF32(t), update.Factors!.F32, null, null, x.GradientF32(t), y.Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(Tensor x, LowRankUpdate update, Tensor y, Rows rows, Share share)
    {
        foreach (var part in update.Parts)
        {
            var (begin, end) = share.Of(part.Outputs, grain: 64);
            float* target = part.Magnitude!.GradientF32, norms = update.Norms!.F32 + part.FirstOutput;
            for (var t = rows.Begin; t < rows.End; t++)
            {
                float* dy = y.GradientF32(t) + part.FirstOutput, value = x.F32(t) + part.FirstOutput;
                var n = begin;
                for (; n <= end - TL.Width; n += TL.Width) TL.Store(TL.Add(TL.Load(target + n), TL.Divide(TL.Multiply(TL.Load(dy + n), TL.Load(value + n)), TL.Load(norms + n))), target + n);
                for (; n < end; n++) target[n] += dy[n] * value[n] / norms[n];
            }
        }
    }

    /// <summary>Adds scale·B·A of a part to a widened piece of a panel [inputs, padded], rank after rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(LowRankUpdate update, LowRankPart part, int first, int end, int k, int inputs, float* piece, int padded, float* column)
    {
        var (from, to) = (Math.Max(first, part.FirstOutput), Math.Min(end, part.FirstOutput + part.Outputs));
        if (from >= to) return;
        for (var r = 0; r < part.Rank; r++)
        {
            new Span<float>(column, padded).Clear();
            for (var output = from; output < to; output++) column[output - first] = part.Up.F32[((nint)(output - part.FirstOutput) * part.Rank) + r] * (float)part.Scale;
            var down = update.Down.F32 + ((nint)(part.FirstRank + r) * update.Down.Columns) + k;
            for (var i = 0; i < inputs; i++)
            {
                var factor = TL.Broadcast(down[i]);
                var row = piece + (i * padded);
                for (var c = 0; c < padded; c += TL.Width) TL.Store(TL.Fma(factor, TL.Load(column + c), TL.Load(row + c)), row + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Squares(float* piece, int inputs, int padded, float* sums)
    {
        for (var c = 0; c < padded; c += TL.Width)
        {
            var sum = TL.Zero;
            for (var i = 0; i < inputs; i++)
            {
                var value = TL.Load(piece + (i * padded) + c);
                sum = TL.Fma(value, value, sum);
            }

            TL.Store(sum, sums + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(float* x, float* factors, float* bias, float* residual, float* y, int columns)
    {
        var i = 0;
        for (; i <= columns - TL.Width; i += TL.Width)
        {
            var value = TL.Multiply(TL.Load(x + i), TL.Load(factors + i));
            if (bias != null) value = TL.Add(value, TL.Load(bias + i));
            if (residual != null) value = TL.Add(value, TL.Load(residual + i));
            TL.Store(value, y + i);
        }

        for (; i < columns; i++)
        {
            var value = x[i] * factors[i];
            if (bias != null) value += bias[i];
            if (residual != null) value += residual[i];
            y[i] = value;
        }
    }
}
