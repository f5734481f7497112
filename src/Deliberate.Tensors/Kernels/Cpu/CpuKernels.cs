namespace Deliberate.Tensors;

/// <summary>The fast CPU's operations, written once over the lanes of an instruction set. Each forwards to the file of its name.</summary>
internal sealed unsafe class CpuKernels<TL>(Device device) : IKernels
    where TL : struct, ILanes<TL>
{
    public void Prepare(LinearWeight weight, bool training)
    {
        weight.ForwardPacked ??= device.Allocate(MatrixProduct<TL>.PackedLength(weight.Rows, weight.Columns));
        if (training) weight.BackwardPacked ??= device.Allocate(MatrixProduct<TL>.PackedLength(weight.Columns, weight.Rows));
    }

    public bool PacksInPlace(LinearWeight weight) => MatrixProduct<TL>.PackedLength(weight.Rows, weight.Columns) == (nint)weight.Rows * weight.Columns;

    public void Pack(LinearWeight weight, bool training, Share share) => LinearKernel<TL>.Pack(weight, weight.ForwardPacked!, training ? weight.BackwardPacked : null, share);

    public int StoredOutputs => MatrixProduct<TL>.PanelWidth;

    public void PrepareStored(LinearWeight weight) =>
        weight.Stored ??= new DeviceBuffer(StoredPanel<TL>.TotalBytes(weight.Storage!.Value, weight.Rows, weight.Columns), sizeof(byte));

    public void PackStored(LinearWeight weight, int panel, ReadOnlySpan<float> outputs)
    {
        var storage = weight.Storage!.Value;
        fixed (float* rows = outputs)
            StoredPanel<TL>.Pack(storage, rows, outputs.Length / weight.Columns, weight.Columns, weight.Stored!.Bytes + StoredPanel<TL>.Offset(storage, panel, weight.Columns));
    }

    public void Embed(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows) => EmbedKernel<TL>.Forward(ids.I32, table, (float)scale, y, rows);

    public void EmbedGradient(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows, Share share) =>
        EmbedKernel<TL>.Gradient(ids.I32, table, (float)scale, y, rows, share);

    public void RmsNorm(Tensor x, Parameter weight, double weightOffset, double epsilon, Tensor? residual, Tensor inverse, Tensor y, Rows rows) =>
        RmsNormKernel<TL>.Forward(x, weight, weightOffset, epsilon, residual, inverse, y, rows);

    public void RmsNormBackward(Tensor x, Parameter weight, double weightOffset, Tensor inverse, Tensor y, Rows rows) =>
        RmsNormKernel<TL>.Backward(x, weight, weightOffset, inverse, y, rows);

    public void ResidualGradient(Tensor x, Rows rows)
    {
        for (var t = rows.Begin; t < rows.End; t++) RowMath<TL>.Add(x.ResidualOf!.GradientF32(t), x.GradientF32(t), x.Columns);
    }

    public void RmsNormWeightGradient(Tensor x, Parameter weight, Tensor inverse, Tensor y, Rows rows, Share share) =>
        RmsNormKernel<TL>.WeightGradient(x, weight, inverse, y, rows, share);

    public void Linear(Tensor x, LinearWeight weight, Parameter? bias, Tensor? residual, Tensor y, Rows rows, Share share) =>
        LinearKernel<TL>.Forward(x, weight, bias, residual, y, rows, share);

    public void LinearBackward(Tensor x, LinearWeight weight, Tensor y, int yFirstRow, Rows rows, bool add, Share share) =>
        LinearKernel<TL>.Backward(x, weight, y, yFirstRow, rows, add, share);

    public void LinearWeightGradient(Tensor x, LinearWeight weight, Parameter? bias, Tensor y, int yFirstRow, Rows rows, Share share) =>
        LinearKernel<TL>.WeightGradient(x, weight, bias, y, yFirstRow, rows, share);

    public void LowRank(Tensor x, LowRankUpdate update, Tensor? inner, Tensor y, Rows rows, Scratch scratch) => LowRankKernel<TL>.Forward(x, update, inner, y, rows, scratch);

    public void LowRankBackward(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows) => LowRankKernel<TL>.Backward(x, update, inner, y, rows);

    public void LowRankWeightGradient(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows, Share share) => LowRankKernel<TL>.WeightGradient(x, update, inner, y, rows, share);

    public void PackMagnitudes(LowRankUpdate update, Share share) => MagnitudeKernel<TL>.Pack(update, share);

    public void ScaleOutputs(Tensor x, LowRankUpdate update, Parameter? bias, Tensor? residual, Tensor y, Rows rows) => MagnitudeKernel<TL>.Forward(x, update, bias, residual, y, rows);

    public void ScaleOutputsBackward(Tensor x, LowRankUpdate update, Tensor y, Rows rows) => MagnitudeKernel<TL>.Backward(x, update, y, rows);

    public void MagnitudeGradient(Tensor x, LowRankUpdate update, Tensor y, Rows rows, Share share) => MagnitudeKernel<TL>.Gradient(x, update, y, rows, share);

    public void RotateHeads(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows) =>
        RotateHeadsKernel<TL>.Forward(rotation, x, inverse, y, positions.I32, rows);

    public void RotateHeadsBackward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows) =>
        RotateHeadsKernel<TL>.Backward(rotation, x, inverse, y, positions.I32, rows);

    public void RotateHeadsWeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows) =>
        RotateHeadsKernel<TL>.WeightGradient(rotation, x, inverse, y, rows);

    public void Attention(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch) =>
        AttentionKernel<TL>.Forward(shape, qkv, output, logSumExp, prefix, segment, keyHead, scratch);

    public void AttentionBackward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch) =>
        AttentionBackwardKernel<TL>.Run(shape, qkv, output, logSumExp, prefix, segment, keyHead, scratch);

    public void StoreKeyValues(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, KeyHeads keyHeads) =>
        CachedAttentionKernel<TL>.Store(cache, sequence, layer, first, qkv, rows, keyHeads);

    public void CachedAttention(AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Tensor output, Rows rows, KeyHeads keyHeads, Scratch scratch) =>
        CachedAttentionKernel<TL>.Forward(shape, cache, sequence, layer, first, qkv, output, rows, keyHeads, scratch);

    public void GatedActivation(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows) => GatedActivationKernel<TL>.Forward(kind, gateUp, y, rows);

    public void GatedActivationBackward(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows) => GatedActivationKernel<TL>.Backward(kind, gateUp, y, rows);

    public void LogProbability(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows, Scratch scratch) =>
        LogProbabilityKernel<TL>.Forward(x, head, shape, targets.I32, statistics, rows, scratch);

    public void LogProbabilityBackward(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows) =>
        LogProbabilityKernel<TL>.Backward(x, head, shape, targets.I32, statistics, upstream, logits, firstRow, rows);

    public void SoftLabelBackward(
        Tensor x, LinearWeight head, LogitShape shape, SoftLabels labels, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows, Scratch scratch) =>
        SoftLabelKernel<TL>.Backward(x, head, shape, labels, targets.I32, statistics, upstream, logits, firstRow, rows, scratch);

    public float LogProbabilityOf(float z, float max, float last) => TokenStatistics.LogProbability(z, max, last);

    public void LogitStatistics(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows)
    {
        for (var row = rows.Begin; row < rows.End; row++) LogProbabilityKernel<TL>.RowStatistics(logits.F32(row), logits.Columns, shape, targets.I32[row], statistics.F32(row));
    }

    public void LogitGradient(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Rows rows)
    {
        for (var row = rows.Begin; row < rows.End; row++)
            LogProbabilityKernel<TL>.GradientRow(logits.F32(row), logits.Columns, shape, targets.I32[row], statistics.F32(row), upstream.F32(row)[0], upstream.F32(row)[1]);
    }

    public double SumOfSquares(DeviceBuffer buffer, long offset, long length) => OptimizerKernel<TL>.SumOfSquares(buffer.F32 + offset, length);

    public void Scale(DeviceBuffer buffer, long offset, long length, double factor) => OptimizerKernel<TL>.Scale(buffer.F32 + offset, length, (float)factor);

    public void AdamW(in AdamWStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer first, DeviceBuffer second, DeviceBuffer? maximum, long offset, long length, long moments) =>
        OptimizerKernel<TL>.AdamW(step, values.F32 + offset, gradients.F32 + offset, first.F32 + moments, second.F32 + moments, maximum is null ? null : maximum.F32 + moments, length);

    public void Sgd(in SgdStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer? momentum, long offset, long length, long moments) =>
        OptimizerKernel<TL>.Sgd(step, values.F32 + offset, gradients.F32 + offset, momentum is null ? null : momentum.F32 + moments, length);

    public void Muon(in MuonStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer momentum, long offset, int rows, int columns, long moments, Scratch scratch) =>
        MuonKernel<TL>.Run(step, values.F32 + offset, gradients.F32 + offset, momentum.F32 + moments, rows, columns, scratch);
}
