using System.Globalization;

namespace Deliberate.Core;

/// <summary>
/// The exclusive right to write into a run folder. The lock is the operating system's on <c>run.lock</c>, so it vanishes with
/// the process however that ends; <c>run.lock.holder</c> beside it only says who holds it, for the message of the second opener
/// (a locked file cannot be read everywhere). Both files stay small and may be left behind: they mean nothing without the lock.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string LockName = "run.lock", HolderName = "run.lock.holder";
    private readonly string _holder;
    private FileStream? _stream;

    private RunLock(FileStream stream, string holder)
    {
        _stream = stream;
        _holder = holder;
    }

    /// <summary>Takes the lock of <paramref name="folder"/>, which is created where it is missing.</summary>
    /// <exception cref="UserError">Another process, or another opener in this one, holds it.</exception>
    public static RunLock Acquire(string folder, TimeProvider? time = null)
    {
        var holder = Path.Combine(folder, HolderName);
        FileStream stream;
        try
        {
            Directory.CreateDirectory(folder);
            stream = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Disk.CannotWrite(folder, "Choose a folder that you may write to.", error);
        }
        catch (IOException error) when (File.Exists(Path.Combine(folder, LockName)))
        {
            throw new UserError($"The run folder is in use by {Describe(holder)}.", file: folder, advice: "Wait for it to end, stop it, or choose another run folder.", inner: error);
        }
        catch (IOException error)
        {
            throw Disk.CannotWrite(folder, "Choose another folder.", error);
        }

        try
        {
            var now = (time ?? TimeProvider.System).GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
            AtomicFile.WriteText(holder, $"process {Environment.ProcessId} on {Environment.MachineName}, started {now}\n");
            return new RunLock(stream, holder);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Who is said to hold the lock of a folder: null where nobody is, or a process of this machine that is gone. Does not touch the
    /// lock, so it disturbs nobody; a process of another machine is taken at its word.
    /// </summary>
    public static string? Holder(string folder)
    {
        var path = Path.Combine(folder, HolderName);
        if (!File.Exists(path)) return null;
        var said = Describe(path);
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
