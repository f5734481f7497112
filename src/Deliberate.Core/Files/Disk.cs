using System.Globalization;
using System.Runtime.InteropServices;

namespace Deliberate.Core;

/// <summary>
/// What the atomic writers share: names of temporary siblings (<c>NAME.partial-PID</c> or <c>NAME.partial-PID-N</c>), flushing
/// of folders, and the translation of a failed write into a <see cref="UserError"/>.
/// </summary>
internal static partial class Disk
{
    private const string Marker = ".partial-";
    private static readonly HashSet<string> Active = new(StringComparer.Ordinal);
    private static int _counter;

    /// <summary>A temporary name beside <paramref name="path"/>, known to this process until <see cref="Release"/>.</summary>
    public static string Reserve(string path, bool unique)
    {
        var suffix = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (unique) suffix += "-" + Interlocked.Increment(ref _counter).ToString(CultureInfo.InvariantCulture);
        var partial = path + Marker + suffix;
        lock (Active)
        {
            if (!Active.Add(partial)) throw new InvalidOperationException($"{path} is being written already.");
        }

        return partial;
    }

    public static void Release(string partial)
    {
        lock (Active) Active.Remove(partial);
    }

    /// <summary>
    /// Deletes the partial files and folders in <paramref name="folder"/> whose process is gone. A live process with the same
    /// id as a dead one keeps its left-overs a little longer: harmless.
    /// </summary>
    public static void RemoveLeftOvers(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var entry in Directory.GetFileSystemEntries(folder, "*" + Marker + "*"))
        {
            if (Writer(entry) is not { } pid) continue;
            if (pid == Environment.ProcessId)
            {
                lock (Active)
                {
                    if (Active.Contains(entry)) continue;
                }
            }
            else if (IsAlive(pid))
            {
                continue;
            }

            TryDelete(entry);
        }
    }

    /// <summary>Whether a file or folder of this name is a temporary one: being written, or left by a process that was killed. It is never content.</summary>
    public static bool IsPartial(string name) => Writer(name) is not null;

    public static bool IsAlive(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return true;
        }
    }

    /// <summary>Deletes a file or a whole folder; what cannot be deleted stays (it is a left-over, never content).</summary>
    public static void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Makes a rename inside a folder survive a power cut. Windows journals it by itself.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(folder, 0);
        if (handle < 0) return;
        _ = Fsync(handle);
        _ = Close(handle);
    }

    public static void FlushFile(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Swaps two folders in one step where the system can (Linux); false where it cannot.</summary>
    public static bool TryExchange(string a, string b)
    {
        if (!OperatingSystem.IsLinux()) return false;
        const int CurrentFolder = -100;
        const uint Exchange = 2;
        try
        {
            return RenameAt2(CurrentFolder, a, CurrentFolder, b, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>True for what the operating system refuses: full disk, missing rights, a name too long.</summary>
    public static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The error a user sees when <paramref name="path"/> could not be written.</summary>
    public static UserError CannotWrite(string path, string advice, Exception cause) =>
        new($"Cannot be written: {cause.Message.TrimEnd('.')}.", file: path, advice: advice, inner: cause);

    /// <summary>The error a user sees when <paramref name="path"/> could not be read.</summary>
    public static UserError CannotRead(string path, Exception cause) =>
        new(cause is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist." : $"the file cannot be read: {cause.Message}", path, inner: cause);

    /// <summary>The process that a temporary name tells of; null for any other name.</summary>
    private static int? Writer(ReadOnlySpan<char> name)
    {
        var at = name.LastIndexOf(Marker, StringComparison.Ordinal);
        if (at < 0) return null;
        var text = name[(at + Marker.Length)..];
        var dash = text.IndexOf('-');
        return int.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
