using System.Runtime.InteropServices;

namespace Deliberate.Tensors;

/// <summary>Asks Linux for huge pages on a range of memory; does nothing elsewhere, and a refusal costs only speed.</summary>
internal static unsafe partial class HugePages
{
    private const int AdviseHugePage = 14;

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

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* start, nuint bytes, int advice);
}
