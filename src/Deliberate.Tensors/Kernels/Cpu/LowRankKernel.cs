using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// An adapter's update of a linear weight beside the weight itself: u = scale·(x·Aᵀ), y += u·Bᵀ, and the way back. Every element is
/// a chain of its own row, as in <see cref="LinearKernel{TL}"/>: whatever shares its batch does not show.
/// </summary>
internal static unsafe class LowRankKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int InnerSlot = 7;

    public static void Forward(Tensor x, LowRankUpdate update, Tensor? inner, Tensor y, Rows rows, Scratch scratch)
    {
        var stride = inner?.Stride ?? Tensor.PaddedStride(update.Rank);
        var u = inner is null ? scratch.F32(InnerSlot, (long)rows.Count * stride) : inner.F32(rows.Begin);
        LinearKernel<TL>.Product(update.Down, rows.Count, x.F32(rows.Begin), x.Stride, 0, update.Rank, u, stride, null, null, 0);
        Scale(update, u, stride, rows.Count);
        foreach (var part in update.Parts)
        {
            var target = y.F32(rows.Begin) + part.FirstOutput;
            LinearKernel<TL>.Product(part.Up, rows.Count, u + part.FirstRank, stride, 0, part.Outputs, target, y.Stride, null, target, y.Stride);
        }
    }

    public static void Backward(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows)
    {
        float* du = inner.GradientF32(rows.Begin), dx = x.GradientF32(rows.Begin);
        foreach (var part in update.Parts)
        {
            MatrixProduct<TL>.Packed(
                rows.Count, part.Rank, part.Outputs, y.GradientF32(rows.Begin) + part.FirstOutput, y.Stride, part.Up.BackwardPacked!.F32, 0, part.Rank,
                du + part.FirstRank, inner.Stride, null, 0, null, 0);
        }

        Scale(update, du, inner.Stride, rows.Count);
        MatrixProduct<TL>.Packed(rows.Count, update.Down.Columns, update.Rank, du, inner.Stride, update.Down.BackwardPacked!.F32, 0, update.Down.Columns, dx, x.Stride, null, 0, null, 0);
    }

    public static void WeightGradient(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows, Share share)
    {
        LinearKernel<TL>.WeightGradient(x.F32(rows.Begin), x.Stride, update.Down, null, inner.GradientF32(rows.Begin), inner.Stride, rows.Count, share);
        foreach (var part in update.Parts)
            LinearKernel<TL>.WeightGradient(inner.F32(rows.Begin) + part.FirstRank, inner.Stride, part.Up, null, y.GradientF32(rows.Begin) + part.FirstOutput, y.Stride, rows.Count, share);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(LowRankUpdate update, float* rows, nint stride, int count)
    {
        foreach (var part in update.Parts)
        {
            var scale = (float)part.Scale;
            if (scale == 1) continue;
            var row = rows + part.FirstRank;
            for (var t = 0; t < count; t++, row += stride)
                for (var i = 0; i < part.Rank; i++) row[i] *= scale;
        }
    }
}
