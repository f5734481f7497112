namespace Deliberate.Tensors;

/// <summary>y [T, N] = x [T, K] · Wᵀ + bias + residual; dx = dy·W, dW [N, K] += dyᵀ·x, dbias += Σ_t dy.</summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void Linear(Tensor x, LinearWeight weight, Parameter? bias, Tensor? residual, Tensor y, Rows rows, Share share)
    {
        var depth = weight.Columns;
        var (begin, end) = share.Of(weight.Rows);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var n = begin; n < end; n++)
            {
                var sum = Dot(x.F64(t), weight.F64 + ((long)n * depth), depth);
                if (bias is not null) sum += bias.F64[n];
                if (residual is not null) sum += residual.F64(t)[n];
                y.F64(t)[n] = sum;
            }
        }
    }

    public void LinearBackward(Tensor x, LinearWeight weight, Tensor y, int yFirstRow, Rows rows, bool add, Share share)
    {
        var depth = weight.Columns;
        var (begin, end) = share.Of(depth);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var dx = x.GradientF64(t);
            var dy = y.GradientF64(t - yFirstRow);
            if (!add) Zero(dx + begin, end - begin);
            for (var n = 0; n < weight.Rows; n++)
            {
                var w = weight.F64 + ((long)n * depth);
                for (var k = begin; k < end; k++) dx[k] += dy[n] * w[k];
            }
        }
    }

    public void LinearWeightGradient(Tensor x, LinearWeight weight, Parameter? bias, Tensor y, int yFirstRow, Rows rows, Share share)
    {
        var depth = weight.Columns;
        var (begin, end) = share.Of(weight.Rows);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var xt = x.F64(t);
            var dy = y.GradientF64(t - yFirstRow);
            for (var n = begin; n < end; n++)
            {
                var dw = weight.GradientF64 + ((long)n * depth);
                for (var k = 0; k < depth; k++) dw[k] += dy[n] * xt[k];
                if (bias is not null) bias.GradientF64[n] += dy[n];
            }
        }
    }
}
