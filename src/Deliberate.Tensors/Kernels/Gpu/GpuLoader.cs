using ILGPU;
using ILGPU.Runtime;

namespace Deliberate.Tensors;

/// <summary>
/// How a kernel gets to run: compiled by ILGPU for the card, or, where a card is emulated, called for one index after the other as the C#
/// that it is: ILGPU's own launches on the processor hand every few indices from thread to thread, a thousand times as slow on a busy
/// machine. An overload for each number of arguments that kernels have.
/// </summary>
/// <param name="isDirect">Called; the accelerator is then ILGPU's on the processor.</param>
internal sealed class GpuLoader(Accelerator accelerator, bool isDirect)
{
    public Action<Index1D, T1, T2> Load<T1, T2>(Action<Index1D, T1, T2> kernel)
        where T1 : struct
        where T2 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2);
        };
    }

    public Action<Index1D, T1, T2, T3> Load<T1, T2, T3>(Action<Index1D, T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3);
        };
    }

    public Action<Index1D, T1, T2, T3, T4> Load<T1, T2, T3, T4>(Action<Index1D, T1, T2, T3, T4> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5> Load<T1, T2, T3, T4, T5>(Action<Index1D, T1, T2, T3, T4, T5> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5, T6> Load<T1, T2, T3, T4, T5, T6>(Action<Index1D, T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5, a6) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5, a6);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5, T6, T7> Load<T1, T2, T3, T4, T5, T6, T7>(Action<Index1D, T1, T2, T3, T4, T5, T6, T7> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5, a6, a7) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5, a6, a7);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> Load<T1, T2, T3, T4, T5, T6, T7, T8>(Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5, a6, a7, a8) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5, a6, a7, a8);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9> Load<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5, a6, a7, a8, a9) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5, a6, a7, a8, a9);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> Load<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
        };
    }

    public Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> Load<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Action<Index1D, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
    {
        if (!isDirect) return accelerator.LoadAutoGroupedStreamKernel(kernel);
        return (count, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) =>
        {
            for (var i = 0; i < count; i++) kernel(i, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
        };
    }
}
