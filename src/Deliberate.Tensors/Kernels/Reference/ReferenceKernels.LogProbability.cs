namespace Deliberate.Tensors;

/// <summary>
/// z = softCap(x·Wᵀ) · scale, p = softmax(z): log-probability z_target − L and entropy H = −Σ p·log p, with
/// L = max + log Σ e^(z − max).
/// Backward from upstream (u, h): dz_j = u · (1[j = target] − p_j) − h · p_j · (log p_j + H), then through scale and soft cap. With
/// soft labels q the target's log-probability gives way to Σ q_j (log p_j − log q_j), and 1[j = target] to q_j.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void LogProbability(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows, Scratch scratch)
    {
        var z = scratch.F64(0, head.Rows);
        for (var t = rows.Begin; t < rows.End; t++)
        {
            Logits(x.F64(t), head, z);
            FillStatistics(z, head.Rows, shape, targets.I32[t], statistics.F64(t));
        }
    }

    public float LogProbabilityOf(float z, float max, float last) => TokenStatistics.LogProbability(z, max, last);

    public void LogitStatistics(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++) FillStatistics(logits.F64(t), logits.Columns, shape, targets.I32[t], statistics.F64(t));
    }

    public void LogProbabilityBackward(
        Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++)
        {
            // The row of the gradient first holds the logits, then z, then the gradient.
            var z = logits.GradientF64(t - firstRow);
            var target = targets.I32[t];
            var row = statistics.F64(t);
            Logits(x.F64(t), head, z);
            FillStatistics(z, head.Rows, shape, target, row);
            Differentiate(z, head.Rows, shape, target, row, upstream.F64(t));
        }
    }

    public void LogitGradient(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++) Differentiate(logits.F64(t), logits.Columns, shape, targets.I32[t], statistics.F64(t), upstream.F64(t));
    }

    public void SoftLabelBackward(
        Tensor x, LinearWeight head, LogitShape shape, SoftLabels labels, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows, Scratch scratch)
    {
        var y = scratch.F64(0, head.Rows);
        var other = stackalloc double[4];
        for (var t = rows.Begin; t < rows.End; t++)
        {
            var z = logits.GradientF64(t - firstRow);
            var row = statistics.F64(t);
            var target = targets.I32[t];
            Logits(x.F64(t), head, z);
            FillStatistics(z, head.Rows, shape, -1, row);
            Logits(labels.Hidden.F64(t), labels.Head, y);
            FillStatistics(y, head.Rows, labels.Shape, -1, other);
            double logSumExp = row[2] + Math.Log(row[3]), otherLogSumExp = other[2] + Math.Log(other[3]), sum = 0;
            var weight = target < 0 ? 0 : upstream.F64(t)[0];
            for (var j = 0; j < head.Rows; j++)
            {
                double logP = z[j] - logSumExp, logQ = y[j] - otherLogSumExp, q = Math.Exp(logQ);
                sum += q * (logP - logQ);
                z[j] = weight * (q - Math.Exp(logP)) * shape.Scale * SoftCapSlope(z[j] / shape.Scale, shape.SoftCap);
            }

            row[0] = target < 0 ? 0 : sum;
        }
    }

    private static void Logits(double* x, LinearWeight head, double* logits)
    {
        for (var j = 0; j < head.Rows; j++) logits[j] = Dot(x, head.F64 + ((long)j * head.Columns), head.Columns);
    }

    /// <summary>z becomes the gradient of the logits in place.</summary>
    private static void Differentiate(double* z, int vocabulary, LogitShape shape, int target, double* row, double* weights)
    {
        var (entropy, logSumExp) = (row[1], row[2] + Math.Log(row[3]));
        for (var j = 0; j < vocabulary; j++)
        {
            var logP = z[j] - logSumExp;
            var p = Math.Exp(logP);
            var dz = -weights[1] * p * (logP + entropy);
            if (target >= 0) dz += weights[0] * ((j == target ? 1 : 0) - p);
            z[j] = dz * shape.Scale * SoftCapSlope(z[j] / shape.Scale, shape.SoftCap);
        }
    }

    /// <summary>Logits become z in place; fills the row (log-probability, entropy, max of z, Σ e^(z − max)).</summary>
    private static void FillStatistics(double* z, int vocabulary, LogitShape shape, int target, double* row)
    {
        var max = double.NegativeInfinity;
        for (var j = 0; j < vocabulary; j++)
        {
            z[j] = shape.Scale * SoftCap(z[j], shape.SoftCap);
            max = Math.Max(max, z[j]);
        }

        double sum = 0;
        for (var j = 0; j < vocabulary; j++) sum += Math.Exp(z[j] - max);
        var logSumExp = max + Math.Log(sum);

        double entropy = 0;
        for (var j = 0; j < vocabulary; j++) entropy -= Math.Exp(z[j] - logSumExp) * (z[j] - logSumExp);
        row[0] = target >= 0 ? z[target] - logSumExp : 0;
        row[1] = entropy;
        row[2] = max;
        row[3] = sum;
    }
}
