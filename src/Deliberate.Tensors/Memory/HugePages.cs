using System.Runtime.InteropServices;

namespace Deliberate.Tensors;

/// <summary>Asks Linux for huge pages on a range of memory, or gives pages back to it.</summary>
internal static unsafe partial class HugePages
{
    private const int AdviseHugePage = 14, AdviseNotNeeded = 4;

    /// <summary>Does nothing elsewhere than on Linux, and a refusal costs only speed.</summary>
    public static void Advise(void* start, nuint bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Madvise(start, bytes, AdviseHugePage);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library without madvise: small pages do as well.
        }
    }

    /// <summary>Gives whole pages back: of private memory they hold zeros when they are next touched, of a mapped file what stands there.</summary>
    /// <returns>Whether the system took them; else they are as they were.</returns>
    public static bool Return(void* start, nuint bytes)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            return Madvise(start, bytes, AdviseNotNeeded) == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* start, nuint bytes, int advice);
}
