using ILGPU;
using ILGPU.Runtime;

namespace Deliberate.Tensors;

/// <summary>
/// Copies between host and card, done when they return. What the host gives is pinned: ILGPU takes its address and copies later, when a
/// collection may have moved it.
/// </summary>
internal static unsafe class GpuCopies
{
    public static void ToCard<T>(ReadOnlySpan<T> source, ArrayView<T> target)
        where T : unmanaged
    {
        if (source.IsEmpty) return;
        fixed (T* first = source) target.SubView(0, source.Length).CopyFromCPU(ref *first, source.Length);
    }

    /// <summary>Waits for all work before it, and is counted.</summary>
    public static void ToHost<T>(GpuDevice device, ArrayView<T> source, Span<T> target)
        where T : unmanaged
    {
        if (target.IsEmpty) return;
        device.CountRead();
        fixed (T* first = target) source.SubView(0, target.Length).CopyToCPU(ref *first, target.Length);
    }
}
