using Deliberate.Core;
using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;
using Ints = ILGPU.ArrayView<int>;

namespace Deliberate.Tensors;

/// <summary>
/// The operations on a graphics card: what they are made of stands in the files ending in Code, which ILGPU compiles for the card at first
/// use; here is how they are given their memory. Each output is one thread's chain of sums in a fixed order, without atomics, so that bits do
/// not depend on batch or cut. Weights have a transposed copy for y = x·Wᵀ, whose neighbours neighbouring threads read.
/// </summary>
internal sealed partial class GpuKernels(GpuDevice device) : IKernels, IBatchAttention, IQueuedUpdates, IQueuedLosses, IRowChoice
{
    private readonly MemoryBuffer1D<byte, Stride1D.Dense>?[] _scratch = new MemoryBuffer1D<byte, Stride1D.Dense>?[12];

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, ProductShape>> _product =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, ProductShape>(GpuProductCode.Run));

    private readonly Lazy<Action<Index1D, Floats, Floats, int, int, int, int>> _transpose =
        new(() => device.Loader.Load<Floats, Floats, int, int, int, int>(GpuProductCode.Transpose));

    /// <summary>Outputs that are brought to the card at a time: enough that their copies cost little.</summary>
    public int StoredOutputs => 256;

    public void Prepare(LinearWeight weight, bool training) => weight.ForwardPacked ??= device.Allocate((long)weight.Rows * weight.Columns);

    public bool PacksInPlace(LinearWeight weight) => false;

    public void Pack(LinearWeight weight, bool training, Share share)
    {
        using var held = device.Gate.EnterScope();
        var (first, end) = share.Of(weight.Rows);
        TransposeInto(View(weight.Parts[0]).SubView((long)first * weight.Columns), View(weight.ForwardPacked!, first), end - first, weight.Columns, weight.Rows);
    }

    public void PrepareStored(LinearWeight weight)
    {
        if (weight.Storage is not WeightStorage.F32) throw new UserError($"weights cannot be held as {weight.Storage} on {device.Name}.", field: "device", advice: "Hold them as f32 (--weights f32, adapter.base: f32), or use the processor.");
        weight.Stored ??= device.Allocate((long)weight.Rows * weight.Columns);
    }

    public void PackStored(LinearWeight weight, int panel, ReadOnlySpan<float> outputs)
    {
        using var held = device.Gate.EnterScope();
        var rows = outputs.Length / weight.Columns;
        var given = Scratch(0, outputs.Length);
        GpuCopies.ToCard(outputs, given);
        TransposeInto(given, View(weight.Stored!, (long)panel * StoredOutputs), rows, weight.Columns, weight.Rows);
    }

    public void Linear(Tensor x, LinearWeight weight, Parameter? bias, Tensor? residual, Tensor y, Rows rows, Share share)
    {
        using var held = device.Gate.EnterScope();
        var (first, end) = share.Of(weight.Rows);
        var place = Place(weight);
        Multiply(
            View(x, rows.Begin), x.Stride, 1, place.View.SubView((long)first * place.Output), place.Input, place.Output, View(y, rows.Begin).SubView(first), y.Stride, rows.Count, end - first, weight.Columns,
            bias: bias is null ? default : View(bias).SubView(first), residual: residual is null ? default : View(residual, rows.Begin).SubView(first), residualRow: residual?.Stride ?? 0);
    }

    public void LinearBackward(Tensor x, LinearWeight weight, Tensor y, int yFirstRow, Rows rows, bool add, Share share)
    {
        using var held = device.Gate.EnterScope();
        var (first, end) = share.Of(weight.Columns);
        // The matrix as it is, whose rows neighbouring threads read along; of an inference-only weight there is the transposed one alone.
        var place = weight.Storage is null ? (View: View(weight.Parts[0]), Output: weight.Columns, Input: 1) : Place(weight);
        Multiply(
            Gradient(y, rows.Begin - yFirstRow), y.Stride, 1, place.View.SubView((long)first * place.Input), place.Output, place.Input, Gradient(x, rows.Begin).SubView(first), x.Stride, rows.Count, end - first, weight.Rows,
            begins: add);
    }

    public void LinearWeightGradient(Tensor x, LinearWeight weight, Parameter? bias, Tensor y, int yFirstRow, Rows rows, Share share)
    {
        using var held = device.Gate.EnterScope();
        var (first, end) = share.Of(weight.Rows);
        var dy = Gradient(y, rows.Begin - yFirstRow).SubView(first);
        Multiply(dy, 1, y.Stride, View(x, rows.Begin), x.Stride, 1, Gradient(weight.Parts[0]).SubView((long)first * weight.Columns), weight.Columns, end - first, weight.Columns, rows.Count, begins: true);
        if (bias is not null) SumColumns(dy, y.Stride, Gradient(bias).SubView(first), end - first, rows.Count);
    }

    public void LowRank(Tensor x, LowRankUpdate update, Tensor? inner, Tensor y, Rows rows, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        var innerRow = inner?.Stride ?? update.Rank;
        var u = inner is null ? Scratch(0, (long)rows.Count * innerRow) : View(inner, rows.Begin);
        var down = Place(update.Down);
        foreach (var part in update.Parts)
        {
            Multiply(
                View(x, rows.Begin), x.Stride, 1, down.View.SubView((long)part.FirstRank * down.Output), down.Input, down.Output, u.SubView(part.FirstRank), innerRow, rows.Count, part.Rank, update.Down.Columns, scale: (float)part.Scale);
            var up = Place(part.Up);
            Multiply(u.SubView(part.FirstRank), innerRow, 1, up.View, up.Input, up.Output, View(y, rows.Begin).SubView(part.FirstOutput), y.Stride, rows.Count, part.Outputs, part.Rank, begins: true);
        }
    }

    public void LowRankBackward(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        var du = Gradient(inner, rows.Begin);
        foreach (var part in update.Parts)
        {
            Multiply(
                Gradient(y, rows.Begin).SubView(part.FirstOutput), y.Stride, 1, View(part.Up.Parts[0]), part.Rank, 1, du.SubView(part.FirstRank), inner.Stride, rows.Count, part.Rank, part.Outputs, scale: (float)part.Scale);
        }

        Multiply(du, inner.Stride, 1, View(update.Down.Parts[0]), update.Down.Columns, 1, Gradient(x, rows.Begin), x.Stride, rows.Count, update.Down.Columns, update.Rank);
    }

    public void LowRankWeightGradient(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows, Share share)
    {
        using var held = device.Gate.EnterScope();
        var depth = update.Down.Columns;
        var (begin, end) = share.Of(update.Rank);
        Multiply(Gradient(inner, rows.Begin).SubView(begin), 1, inner.Stride, View(x, rows.Begin), x.Stride, 1, Gradient(update.Down.Parts[0]).SubView((long)begin * depth), depth, end - begin, depth, rows.Count, begins: true);
        foreach (var part in update.Parts)
        {
            var (first, last) = share.Of(part.Outputs);
            Multiply(
                Gradient(y, rows.Begin).SubView(part.FirstOutput + first), 1, y.Stride, View(inner, rows.Begin).SubView(part.FirstRank), inner.Stride, 1, Gradient(part.Up.Parts[0]).SubView((long)first * part.Rank), part.Rank,
                last - first, part.Rank, rows.Count, begins: true);
        }
    }

    /// <summary>
    /// C [rows, columns] = scale · Σ_k A[row·aRow + k·aDepth] · B[k·bDepth + column·bColumn], behind it bias and residual, or beginning with C.
    /// </summary>
    private void Multiply(
        Floats a, int aRow, int aDepth, Floats b, int bDepth, int bColumn, Floats c, int cRow, int rows, int columns, int depth,
        bool begins = false, float scale = 1, Floats bias = default, Floats residual = default, int residualRow = 0)
    {
        if (rows <= 0 || columns <= 0) return;
        var addend = begins ? Addend.Begin : residualRow > 0 ? Addend.Behind : Addend.None;
        var shape = new ProductShape(rows, columns, depth, aRow, aDepth, bDepth, bColumn, cRow, scale, bias.IsValid ? 1 : 0, addend, residualRow);
        var threads = (rows + GpuProductCode.TileRows - 1) / GpuProductCode.TileRows * ((columns + GpuProductCode.TileColumns - 1) / GpuProductCode.TileColumns);
        _product.Value(threads, a, b, c, bias.IsValid ? bias : c, residualRow > 0 ? residual : c, shape);
    }

    private void TransposeInto(Floats source, Floats target, int rows, int columns, int targetRow)
    {
        if (rows > 0) _transpose.Value(rows * columns, source, target, rows, columns, columns, targetRow);
    }

    /// <summary>Where W lies, and how far apart its outputs and inputs are.</summary>
    private static (Floats View, int Output, int Input) Place(LinearWeight weight)
    {
        if ((weight.Stored ?? weight.ForwardPacked) is { } transposed) return (View(transposed), 1, weight.Rows);
        return (View(weight.Parts[0]), weight.Columns, 1);
    }

    private static Floats View(DeviceBuffer buffer, long first = 0) => ((GpuMemory)buffer.Memory).View<float>(first);

    private static Ints Integers(DeviceBuffer buffer, long first = 0) => ((GpuMemory)buffer.Memory).View<int>(first);

    private static Floats View(Tensor tensor, int row) => View(tensor.Value, tensor.Offset + ((long)row * tensor.Stride));

    private static Floats Gradient(Tensor tensor, int row) => View(tensor.Gradient!, tensor.GradientOffset + ((long)row * tensor.Stride));

    private static Floats View(Parameter parameter) => View(parameter.Store.Values, parameter.Offset);

    private static Floats Gradient(Parameter parameter) => View(parameter.Store.Gradients, parameter.Offset);

    /// <summary>At least that many floats, valid until the same slot is asked for again.</summary>
    private Floats Scratch(int slot, long length) => ScratchBytes(slot, length * sizeof(float)).Cast<float>();

    private ArrayView<byte> ScratchBytes(int slot, long bytes)
    {
        if (_scratch[slot] is not { } kept || kept.LengthInBytes < bytes)
        {
            if (_scratch[slot] is { } small) device.Give(small);
            _scratch[slot] = kept = device.Take(Math.Max(bytes, 4096));
        }

        return kept.View;
    }
}
