using System.Globalization;

namespace Deliberate.Core;

/// <summary>Main memory in bytes, as this process may use it: the limits of a container count.</summary>
internal static class MachineMemory
{
    /// <summary>The machine's, or its container's.</summary>
    public static long Total => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>What can be taken now without swapping.</summary>
    public static long Available
    {
        get
        {
            var collector = GC.GetGCMemoryInfo();
            return Math.Min(collector.TotalAvailableMemoryBytes, Linux() ?? collector.TotalAvailableMemoryBytes - collector.MemoryLoadBytes);
        }
    }

    private static long? Linux()
    {
        try
        {
            var line = File.Exists("/proc/meminfo") ? File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)) : null;
            var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words is { Length: >= 2 } && long.TryParse(words[1], CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
