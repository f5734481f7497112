using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;
using Ints = ILGPU.ArrayView<int>;

namespace Deliberate.Tensors;

/// <summary>Embedding, norms, rotation, activations, scaled outputs.</summary>
internal sealed partial class GpuKernels
{
    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, int, int, int, int, float>> _embed =
        new(() => device.Loader.Load<Ints, Floats, Floats, int, int, int, int, float>(GpuRowCode.Embed));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, int, int, int, int, float>> _embedGradient =
        new(() => device.Loader.Load<Ints, Floats, Floats, int, int, int, int, float>(GpuRowCode.EmbedGradient));

    private readonly Lazy<Action<Index1D, Floats, Floats, NormShape>> _normInverse =
        new(() => device.Loader.Load<Floats, Floats, NormShape>(GpuRowCode.NormInverse));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, NormShape>> _normApply =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, NormShape>(GpuRowCode.NormApply));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, NormShape>> _normMean =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, NormShape>(GpuRowCode.NormMean));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, Floats, Floats, NormShape>> _normBackward =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, Floats, Floats, NormShape>(GpuRowCode.NormBackward));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, int, int, NormShape>> _normWeightGradient =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, int, int, NormShape>(GpuRowCode.NormWeightGradient));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, TurnShape>> _turn =
        new(() => device.Loader.Load<Ints, Floats, Floats, TurnShape>(GpuRowCode.Turn));

    private readonly Lazy<Action<Index1D, Floats, Floats, int, int, int>> _copy =
        new(() => device.Loader.Load<Floats, Floats, int, int, int>(GpuRowCode.Copy));

    private readonly Lazy<Action<Index1D, Floats, Floats, int, int, int>> _add =
        new(() => device.Loader.Load<Floats, Floats, int, int, int>(GpuRowCode.Add));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, int, int, int, int, int>> _scaleOutputs =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, int, int, int, int, int>(GpuRowCode.ScaleOutputs));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, int, int, int, int>> _columnSums =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, int, int, int, int>(GpuRowCode.ColumnSums));

    private readonly Lazy<Action<Index1D, Floats, Floats, int, int, int, ActivationKind>> _activate =
        new(() => device.Loader.Load<Floats, Floats, int, int, int, ActivationKind>(GpuRowCode.Activate));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, int, int, int, ActivationKind>> _activateBackward =
        new(() => device.Loader.Load<Floats, Floats, Floats, int, int, int, ActivationKind>(GpuRowCode.ActivateBackward));

    public void Embed(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        // An entry is a row of the matrix as it is, whose numbers lie together; of an inference-only weight there is the transposed one alone.
        var place = table.Storage is null ? (View: View(table.Parts[0]), Output: table.Columns, Input: 1) : Place(table);
        _embed.Value(rows.Count * table.Columns, Integers(ids, rows.Begin), place.View, View(y, rows.Begin), table.Columns, place.Output, place.Input, y.Stride, (float)scale);
    }

    public void EmbedGradient(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows, Share share)
    {
        using var held = device.Gate.EnterScope();
        var (begin, end) = share.Of(table.Columns);
        if (begin < end && rows.Count > 0) _embedGradient.Value(end - begin, Integers(ids, rows.Begin), Gradient(table.Parts[0]), Gradient(y, rows.Begin), begin, table.Columns, rows.Count, y.Stride, (float)scale);
    }

    public void RmsNorm(Tensor x, Parameter weight, double weightOffset, double epsilon, Tensor? residual, Tensor inverse, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        var shape = ShapeOf(x, y, inverse, weightOffset, epsilon, residual?.Stride ?? 0);
        Norm(shape, View(x, rows.Begin), weight, View(inverse, rows.Begin), residual is null ? View(x, rows.Begin) : View(residual, rows.Begin), View(y, rows.Begin), rows.Count);
    }

    public void RmsNormBackward(Tensor x, Parameter weight, double weightOffset, Tensor inverse, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        var shape = ShapeOf(x, y, inverse, weightOffset, 0, x.ResidualOf?.Stride ?? 0);
        NormBack(shape, View(x, rows.Begin), weight, View(inverse, rows.Begin), Gradient(y, rows.Begin), x.ResidualOf is { } later ? Gradient(later, rows.Begin) : Gradient(y, rows.Begin), Gradient(x, rows.Begin), rows.Count);
    }

    public void ResidualGradient(Tensor x, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count > 0) _add.Value(rows.Count * x.Columns, Gradient(x.ResidualOf!, rows.Begin), Gradient(x, rows.Begin), x.Columns, x.ResidualOf!.Stride, x.Stride);
    }

    public void RmsNormWeightGradient(Tensor x, Parameter weight, Tensor inverse, Tensor y, Rows rows, Share share)
    {
        using var held = device.Gate.EnterScope();
        var (begin, end) = share.Of(x.Columns);
        if (begin < end) _normWeightGradient.Value(end - begin, View(x, rows.Begin), View(inverse, rows.Begin), Gradient(y, rows.Begin), Gradient(weight), begin, rows.Count, ShapeOf(x, y, inverse, 0, 0, 0));
    }

    public void RotateHeads(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        if (x != y) _copy.Value(rows.Count * x.Columns, View(x, rows.Begin), View(y, rows.Begin), x.Columns, x.Stride, y.Stride);
        foreach (var (norm, shape) in Norms(rotation, x, y, inverse)) Norm(shape, View(x, rows.Begin), norm, View(inverse!, rows.Begin), View(x, rows.Begin), View(y, rows.Begin), rows.Count);
        TurnHeads(rotation, View(y, rows.Begin), y.Stride, positions, rows, 1);
    }

    public void RotateHeadsBackward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        TurnHeads(rotation, Gradient(y, rows.Begin), y.Stride, positions, rows, -1);
        if (x != y) _copy.Value(rows.Count * x.Columns, Gradient(y, rows.Begin), Gradient(x, rows.Begin), x.Columns, y.Stride, x.Stride);
        foreach (var (norm, shape) in Norms(rotation, x, y, inverse)) NormBack(shape, View(x, rows.Begin), norm, View(inverse!, rows.Begin), Gradient(y, rows.Begin), Gradient(y, rows.Begin), Gradient(x, rows.Begin), rows.Count);
    }

    public void RotateHeadsWeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        foreach (var (norm, shape) in Norms(rotation, x, y, inverse))
            if (!norm.Frozen) _normWeightGradient.Value(shape.Width, View(x, rows.Begin), View(inverse, rows.Begin), Gradient(y, rows.Begin), Gradient(norm), 0, rows.Count, shape);
    }

    public void GatedActivation(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count > 0) _activate.Value(rows.Count * y.Columns, View(gateUp, rows.Begin), View(y, rows.Begin), y.Columns, gateUp.Stride, y.Stride, kind);
    }

    public void GatedActivationBackward(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count > 0) _activateBackward.Value(rows.Count * y.Columns, View(gateUp, rows.Begin), Gradient(gateUp, rows.Begin), Gradient(y, rows.Begin), y.Columns, gateUp.Stride, y.Stride, kind);
    }

    public void ScaleOutputs(Tensor x, LowRankUpdate update, Parameter? bias, Tensor? residual, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        var (from, factors) = (View(x, rows.Begin), View(update.Factors!));
        _scaleOutputs.Value(rows.Count * y.Columns, from, factors, bias is null ? factors : View(bias), residual is null ? from : View(residual, rows.Begin), View(y, rows.Begin), y.Columns, x.Stride, y.Stride, bias is null ? 0 : 1, residual?.Stride ?? 0);
    }

    public void ScaleOutputsBackward(Tensor x, LowRankUpdate update, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        var (from, factors) = (Gradient(y, rows.Begin), View(update.Factors!));
        _scaleOutputs.Value(rows.Count * y.Columns, from, factors, factors, from, Gradient(x, rows.Begin), y.Columns, y.Stride, x.Stride, 0, 0);
    }

    public void MagnitudeGradient(Tensor x, LowRankUpdate update, Tensor y, Rows rows, Share share)
    {
        using var held = device.Gate.EnterScope();
        foreach (var part in update.Parts)
        {
            var (begin, end) = share.Of(part.Outputs);
            if (begin >= end) continue;
            var column = part.FirstOutput + begin;
            _columnSums.Value(end - begin, Gradient(y, rows.Begin).SubView(column), View(x, rows.Begin).SubView(column), View(update.Norms!, column), Gradient(part.Magnitude!).SubView(begin), rows.Count, y.Stride, x.Stride, 1);
        }
    }

    private void SumColumns(Floats values, int row, Floats sums, int columns, int count)
    {
        if (columns > 0) _columnSums.Value(columns, values, values, values, sums, count, row, row, 0);
    }

    private void Norm(NormShape shape, Floats x, Parameter weight, Floats inverse, Floats addend, Floats y, int rows)
    {
        _normInverse.Value(rows * shape.Groups, x, inverse, shape);
        _normApply.Value(rows * shape.Groups * shape.Width, x, View(weight), inverse, addend, y, shape);
    }

    private void NormBack(NormShape shape, Floats x, Parameter weight, Floats inverse, Floats dy, Floats addend, Floats dx, int rows)
    {
        var means = Scratch(0, (long)rows * shape.Groups);
        _normMean.Value(rows * shape.Groups, x, View(weight), dy, means, shape);
        _normBackward.Value(rows * shape.Groups * shape.Width, x, View(weight), inverse, dy, means, addend, dx, shape);
    }

    private void TurnHeads(HeadRotation rotation, Floats y, int row, DeviceBuffer positions, Rows rows, float direction)
    {
        var heads = rotation.Shape.Heads + rotation.Shape.KeyHeads;
        var half = rotation.RotatedSize / 2;
        if (rotation.Table is { } table && half > 0) _turn.Value(rows.Count * heads * half, Integers(positions, rows.Begin), View(table), y, new TurnShape(heads, rotation.Shape.HeadSize, half, row, direction));
    }

    private static NormShape ShapeOf(Tensor x, Tensor y, Tensor inverse, double offset, double epsilon, int addendRow) =>
        new(1, x.Columns, x.Stride, y.Stride, 0, inverse.Stride, 0, 0, (float)offset, (float)epsilon, addendRow > 0 ? 1 : 0, addendRow);

    /// <summary>The norms of q and k that there are.</summary>
    private static IEnumerable<(Parameter Norm, NormShape Shape)> Norms(HeadRotation rotation, Tensor x, Tensor y, Tensor? inverse)
    {
        var shape = rotation.Shape;
        if (rotation.QueryNorm is { } query) yield return (query, Of(query, 0, shape.Heads));
        if (rotation.KeyNorm is { } key) yield return (key, Of(key, shape.Heads, shape.KeyHeads));

        NormShape Of(Parameter norm, int head, int heads) =>
            new(heads * shape.HeadSize / norm.Rows, norm.Rows, x.Stride, y.Stride, head * shape.HeadSize, inverse!.Stride, head, norm.Rows / shape.HeadSize, (float)rotation.NormOffset, (float)rotation.Epsilon, 0, 0);
    }
}
