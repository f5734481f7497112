namespace Deliberate.Tensors;

/// <summary>
/// Root mean square norm (Zhang and Sennrich 2019): y = x · r · (w + offset) (+ residual), r = 1/sqrt(mean(x²) + ε).
/// With g = dy · (w + offset): dx = r · (g − x · r² · mean(g·x)), dw = Σ_t dy · x · r.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void RmsNorm(Tensor x, Parameter weight, double weightOffset, double epsilon, Tensor? residual, Tensor inverse, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            *inverse.F64(t) = NormRow(x.F64(t), weight.F64, weightOffset, epsilon, y.F64(t), x.Columns);
            for (var i = 0; residual is not null && i < x.Columns; i++) y.F64(t)[i] += residual.F64(t)[i];
        }
    }

    public void ResidualGradient(Tensor x, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
            for (var i = 0; i < x.Columns; i++) x.GradientF64(t)[i] += x.ResidualOf!.GradientF64(t)[i];
    }

    public void RmsNormBackward(Tensor x, Parameter weight, double weightOffset, Tensor inverse, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var dx = x.GradientF64(t);
            var xt = x.F64(t);
            var dy = y.GradientF64(t);
            var r = *inverse.F64(t);
            var mean = NormGradientMean(xt, dy, weight.F64, weightOffset, x.Columns);
            for (var i = 0; i < x.Columns; i++)
            {
                var d = NormGradient(xt[i], dy[i], weight.F64[i] + weightOffset, r, mean);
                dx[i] = x.ResidualOf is { } later ? later.GradientF64(t)[i] + d : d;
            }
        }
    }

    public void RmsNormWeightGradient(Tensor x, Parameter weight, Tensor inverse, Tensor y, Rows rows, Share share)
    {
        var (begin, end) = share.Of(x.Columns);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var i = begin; i < end; i++) weight.GradientF64[i] += y.GradientF64(t)[i] * x.F64(t)[i] * *inverse.F64(t);
        }
    }

    /// <summary>Norms one row and returns r.</summary>
    private static double NormRow(double* x, double* weight, double offset, double epsilon, double* y, int size)
    {
        var r = 1 / Math.Sqrt((Dot(x, x, size) / size) + epsilon);
        for (var i = 0; i < size; i++) y[i] = x[i] * r * (weight[i] + offset);
        return r;
    }

    /// <summary>mean(g·x) of one row.</summary>
    private static double NormGradientMean(double* x, double* dy, double* weight, double offset, int size)
    {
        double sum = 0;
        for (var i = 0; i < size; i++) sum += dy[i] * (weight[i] + offset) * x[i];
        return sum / size;
    }

    private static double NormGradient(double x, double dy, double weight, double r, double mean) => r * ((dy * weight) - (x * r * r * mean));
}
