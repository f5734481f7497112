using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Deliberate.Tensors;

/// <summary>Tells the processor what will be read soon; never changes a result, and may name memory that is not ours.</summary>
internal static unsafe class CacheHint
{
    /// <summary>Begins to bring the line at an address into the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>Begins to bring it into the second-level cache and leaves the first to what is being computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchSecond(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }
}
