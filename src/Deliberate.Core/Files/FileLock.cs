using System.Globalization;

namespace Deliberate.Core;

/// <summary>
/// The exclusive right to write something. The lock is the operating system's on a file, so it vanishes with the process however
/// that ends; <c>LOCK.holder</c> beside it only says who holds it, for the message of the second opener (a locked file cannot be
/// read everywhere). Both files stay small and may be left behind: they mean nothing without the lock.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const string HolderSuffix = ".holder";
    private readonly string _holder;
    private FileStream? _stream;

    private FileLock(FileStream stream, string holder)
    {
        _stream = stream;
        _holder = holder;
    }

    /// <param name="path">The lock's file; its folder is created where it is missing.</param>
    /// <param name="locked">What it locks, for messages.</param>
    /// <param name="what">The same in words, as <c>The run folder</c>.</param>
    /// <exception cref="UserError">Another process, or another opener in this one, holds it.</exception>
    public static FileLock Acquire(string path, string locked, string what, TimeProvider? time = null)
    {
        var holder = path + HolderSuffix;
        FileStream stream;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Disk.CannotWrite(locked, "Choose a folder that you may write to.", error);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new UserError($"{what} is in use by {Describe(holder)}.", file: locked, advice: "Wait for it to end, stop it, or choose another.", inner: error);
        }
        catch (IOException error)
        {
            throw Disk.CannotWrite(locked, "Choose another folder.", error);
        }

        try
        {
            var now = (time ?? TimeProvider.System).GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
            AtomicFile.WriteText(holder, $"process {Environment.ProcessId} on {Environment.MachineName}, started {now}\n");
            return new FileLock(stream, holder);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Who is said to hold the lock: null where nobody is, or a process of this machine that is gone. Does not touch the lock, so it
    /// disturbs nobody; a process of another machine is taken at its word.
    /// </summary>
    public static string? Holder(string path)
    {
        if (!File.Exists(path + HolderSuffix)) return null;
        var said = Describe(path + HolderSuffix);
        var words = said.Split(' ');
        var isHere = said.Contains($" on {Environment.MachineName},", StringComparison.Ordinal);
        return isHere && words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !Disk.IsAlive(pid) ? null : said;
    }

    public void Dispose()
    {
        if (_stream is null) return;
        Disk.TryDelete(_holder);
        _stream.Dispose();
        _stream = null;
    }

    private static string Describe(string holder)
    {
        try
        {
            var text = File.ReadAllText(holder).Trim();
            return text.Length > 0 ? text : "another process";
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return "another process";
        }
    }
}
