using System.Globalization;

namespace Deliberate.Reasoning;

/// <summary>
/// Looks, some times a second, at what a sandbox as a whole uses, and says when that is too much: its processes and threads, the
/// memory that they hold together, and its files out. The kernel's own limits (RLIMIT) of memory and size are of one process,
/// and control groups are seldom ours to make in a container; the kernel's limit of processes comes first, and this is the second. All processes of a sandbox
/// descend from the one that was started: an orphan's parent is the sandbox's first process, which lives as long as the sandbox.
/// </summary>
internal sealed class SandboxWatch(int process, SandboxLimits limits, string? files)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Bubblewrap's own, which the kernel's limit does not count.</summary>
    private const int Around = 4;

    private const int MostFiles = 10_000;

    /// <summary>What it uses too much of, in words; null while all is well.</summary>
    public string? Excess()
    {
        var (processes, bytes) = Usage();
        if (processes > limits.Processes + Around) return string.Create(CultureInfo.InvariantCulture, $"it had more than {limits.Processes} processes and threads and was killed");
        if (bytes > (long)limits.MemoryMegabytes << 20) return string.Create(CultureInfo.InvariantCulture, $"it held more than {limits.MemoryMegabytes} MiB of memory and was killed");
        return files is not null && Size(files) > (long)limits.FileMegabytes << 20 ? string.Create(CultureInfo.InvariantCulture, $"its files were more than {limits.FileMegabytes} MiB, or {MostFiles}, and it was killed") : null;
    }

    /// <summary>Threads and resident bytes of the process and all that descend from it.</summary>
    private (int Threads, long Bytes) Usage()
    {
        var all = new Dictionary<int, (int Parent, int Threads, long Bytes)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(folder) is { } one) all[id] = one;
        }

        var children = all.GroupBy(one => one.Value.Parent).ToDictionary(group => group.Key, group => group.Select(one => one.Key).ToArray());
        var open = new Stack<int>([process]);
        var (threads, bytes) = (0, 0L);
        while (open.TryPop(out var id))
        {
            if (!all.TryGetValue(id, out var one)) continue;
            threads += one.Threads;
            bytes += one.Bytes;
            if (!children.TryGetValue(id, out var below)) continue;
            foreach (var child in below) open.Push(child);
        }

        return (threads, bytes);
    }

    /// <summary>Of /proc/ID/stat, whose second field is a name in brackets that may hold anything.</summary>
    private static (int Parent, int Threads, long Bytes)? Read(string folder)
    {
        const int Parent = 1, Threads = 17, Pages = 21;
        try
        {
            var text = File.ReadAllText(folder + "/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[Parent], CultureInfo.InvariantCulture), int.Parse(fields[Threads], CultureInfo.InvariantCulture), long.Parse(fields[Pages], CultureInfo.InvariantCulture) * System.Environment.SystemPageSize);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    private static long Size(string folder)
    {
        var (count, bytes) = (0, 0L);
        try
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SandboxFiles.AllBelow))
            {
                if (++count > MostFiles) return long.MaxValue;
                if (file is FileInfo { LinkTarget: null } plain) bytes += plain.Length;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A file that was taken away while it was counted: next time.
        }

        return bytes;
    }
}
