using System.Globalization;

namespace Deliberate.Cli;

/// <summary>What Linux tells of a machine in <c>/proc</c> and <c>/sys</c>; null or empty where there is no such file.</summary>
internal static class LinuxFiles
{
    public static string? CpuModel() => Value("/proc/cpuinfo", "model name");

    /// <summary>Cores without their second hardware threads; 0 where unknown.</summary>
    public static int PhysicalCores()
    {
        var cores = new HashSet<(string, string)>();
        var package = "";
        foreach (var line in Lines("/proc/cpuinfo"))
        {
            if (line.StartsWith("physical id", StringComparison.Ordinal)) package = line;
            else if (line.StartsWith("core id", StringComparison.Ordinal)) cores.Add((package, line));
        }

        return cores.Count;
    }

    /// <summary>The chosen word of <c>always [madvise] never</c>.</summary>
    public static string? HugePages()
    {
        var line = Lines("/sys/kernel/mm/transparent_hugepage/enabled").FirstOrDefault() ?? "";
        var (open, close) = (line.IndexOf('[', StringComparison.Ordinal), line.IndexOf(']', StringComparison.Ordinal));
        return open >= 0 && close > open ? line[(open + 1)..close] : null;
    }

    /// <summary>Programs that wanted to run in the last minute, on average.</summary>
    public static double? Load() =>
        Lines("/proc/loadavg").FirstOrDefault() is { } line && double.TryParse(line.Split(' ')[0], CultureInfo.InvariantCulture, out var load) ? load : null;

    private static string? Value(string file, string key) =>
        Lines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : null;

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
