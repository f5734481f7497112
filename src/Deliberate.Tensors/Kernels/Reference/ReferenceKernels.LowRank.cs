namespace Deliberate.Tensors;

/// <summary>
/// LoRA: u [T, r] = scale · x·Aᵀ, y += u·Bᵀ; du = scale · dy·B, dx = du·A, dA += duᵀ·x, dB += dyᵀ·u. DoRA: y = m/‖W + scale·B·A‖ · x
/// (+ bias) (+ residual), the norm by rows and a constant; dx = m/norm · dy, dm += Σ_t dy·x/norm.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void LowRank(Tensor x, LowRankUpdate update, Tensor? inner, Tensor y, Rows rows, Scratch scratch)
    {
        var depth = update.Down.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var u = inner is null ? scratch.F64(0, update.Rank) : inner.F64(t);
            foreach (var part in update.Parts)
            {
                for (var r = 0; r < part.Rank; r++) u[part.FirstRank + r] = part.Scale * Dot(x.F64(t), update.Down.F64 + ((long)(part.FirstRank + r) * depth), depth);
                for (var n = 0; n < part.Outputs; n++) y.F64(t)[part.FirstOutput + n] += Dot(u + part.FirstRank, part.Up.F64 + ((long)n * part.Rank), part.Rank);
            }
        }
    }

    public void LowRankBackward(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows)
    {
        var depth = update.Down.Columns;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            double* dx = x.GradientF64(t), du = inner.GradientF64(t), dy = y.GradientF64(t);
            Zero(dx, depth);
            Zero(du, update.Rank);
            foreach (var part in update.Parts)
            {
                for (var n = 0; n < part.Outputs; n++)
                    for (var r = 0; r < part.Rank; r++) du[part.FirstRank + r] += part.Scale * dy[part.FirstOutput + n] * part.Up.F64[((long)n * part.Rank) + r];
            }

            for (var r = 0; r < update.Rank; r++)
                for (var k = 0; k < depth; k++) dx[k] += du[r] * update.Down.F64[((long)r * depth) + k];
        }
    }

    public void LowRankWeightGradient(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows, Share share)
    {
        var depth = update.Down.Columns;
        var (begin, end) = share.Of(update.Rank);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var r = begin; r < end; r++)
                for (var k = 0; k < depth; k++) update.Down.GradientF64[((long)r * depth) + k] += inner.GradientF64(t)[r] * x.F64(t)[k];
            foreach (var part in update.Parts)
            {
                var (first, last) = share.Of(part.Outputs);
                for (var n = first; n < last; n++)
                    for (var r = 0; r < part.Rank; r++) part.Up.GradientF64[((long)n * part.Rank) + r] += y.GradientF64(t)[part.FirstOutput + n] * inner.F64(t)[part.FirstRank + r];
            }
        }
    }

    public void PackMagnitudes(LowRankUpdate update, Share share)
    {
        var depth = update.Down.Columns;
        foreach (var part in update.Parts)
        {
            var (begin, end) = share.Of(part.Outputs);
            for (var n = begin; n < end; n++)
            {
                var square = 0.0;
                for (var k = 0; k < depth; k++)
                {
                    var value = update.Target.F64[((long)(part.FirstOutput + n) * depth) + k];
                    for (var r = 0; r < part.Rank; r++) value += part.Scale * part.Up.F64[((long)n * part.Rank) + r] * update.Down.F64[((long)(part.FirstRank + r) * depth) + k];
                    square += value * value;
                }

                update.Norms!.F64[part.FirstOutput + n] = Math.Sqrt(square);
                update.Factors!.F64[part.FirstOutput + n] = part.Magnitude!.F64[n] / Math.Sqrt(square);
            }
        }
    }

    public void ScaleOutputs(Tensor x, LowRankUpdate update, Parameter? bias, Tensor? residual, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
            for (var n = 0; n < y.Columns; n++) y.F64(t)[n] = (update.Factors!.F64[n] * x.F64(t)[n]) + (bias is null ? 0 : bias.F64[n]) + (residual is null ? 0 : residual.F64(t)[n]);
    }

    public void ScaleOutputsBackward(Tensor x, LowRankUpdate update, Tensor y, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
            for (var n = 0; n < y.Columns; n++) x.GradientF64(t)[n] = update.Factors!.F64[n] * y.GradientF64(t)[n];
    }

    public void MagnitudeGradient(Tensor x, LowRankUpdate update, Tensor y, Rows rows, Share share)
    {
        foreach (var part in update.Parts)
        {
            var (begin, end) = share.Of(part.Outputs);
            for (var t = rows.Begin; t < rows.End; t++)
                for (var n = begin; n < end; n++) part.Magnitude!.GradientF64[n] += y.GradientF64(t)[part.FirstOutput + n] * x.F64(t)[part.FirstOutput + n] / update.Norms!.F64[part.FirstOutput + n];
        }
    }
}
