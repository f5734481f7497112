using System.Runtime.InteropServices;

namespace Deliberate.Training;

/// <summary>Processor time of the calling thread, of which .NET knows only the whole process's.</summary>
internal static unsafe partial class ThreadProcessor
{
    /// <summary>CLOCK_THREAD_CPUTIME_ID of Linux.</summary>
    private const int OfThread = 3;

    private const double TicksPerNanosecond = TimeSpan.TicksPerMicrosecond / 1000.0;

    /// <summary>Zero where it cannot be told.</summary>
    public static TimeSpan Time
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return default;
            Span<nint> time = stackalloc nint[2];
            fixed (nint* at = time)
                if (Read(OfThread, at) != 0) return default;
            return TimeSpan.FromSeconds((long)time[0]) + TimeSpan.FromTicks((long)(time[1] * TicksPerNanosecond));
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, nint* time);
}
