using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;
using Ints = ILGPU.ArrayView<int>;

namespace Deliberate.Tensors;

/// <summary>Gradients of losses at what heads computed, from numbers that the host brings over.</summary>
internal sealed partial class GpuKernels
{
    private const int ItemSlot = 1, NumberSlot = 2, TokenSlot = 3;

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, Floats, Floats, PolicyRowsShape, PolicyTerm>> _policyGradient =
        new(() => device.Loader.Load<Ints, Floats, Floats, Floats, Floats, PolicyRowsShape, PolicyTerm>(GpuPolicyCode.Gradient));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, Floats, HeadLossKind, float, int, int, int>> _headGradient =
        new(() => device.Loader.Load<Ints, Floats, Floats, Floats, HeadLossKind, float, int, int, int>(GpuHeadLossCode.Gradient));

    public void PolicyGradient(in PolicyTerm term, ReadOnlySpan<int> sequences, ReadOnlySpan<float> numbers, ReadOnlySpan<float> tokens, Tensor statistics, Tensor upstream, int rows)
    {
        using var held = device.Gate.EnterScope();
        View(upstream, 0).SubView(0, (long)rows * upstream.Stride).MemSetToZero(device.Accelerator.DefaultStream);
        if (sequences.IsEmpty) return;
        _policyGradient.Value(sequences.Length / 3, Given(ItemSlot, sequences), Given(NumberSlot, numbers), Given(TokenSlot, tokens), View(statistics, 0), View(upstream, 0), new PolicyRowsShape(statistics.Stride, upstream.Stride), term);
    }

    public void HeadGradient(HeadLossKind kind, float setting, ReadOnlySpan<int> items, ReadOnlySpan<float> numbers, int width, Tensor outputs, int rows)
    {
        using var held = device.Gate.EnterScope();
        Gradient(outputs, 0).SubView(0, (long)rows * outputs.Stride).MemSetToZero(device.Accelerator.DefaultStream);
        if (items.IsEmpty) return;
        _headGradient.Value(items.Length / 2, Given(ItemSlot, items), Given(NumberSlot, numbers), View(outputs, 0), Gradient(outputs, 0), kind, setting, width, outputs.Columns, outputs.Stride);
    }

    /// <summary>What the host has, on the card until the slot is used again.</summary>
    private ArrayView<T> Given<T>(int slot, ReadOnlySpan<T> numbers)
        where T : unmanaged
    {
        var view = ScratchBytes(slot, Math.Max(numbers.Length, 1) * 4L).Cast<T>();
        GpuCopies.ToCard(numbers, view);
        return view;
    }
}
