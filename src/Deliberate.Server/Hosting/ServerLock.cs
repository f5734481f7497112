using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>
/// One server a folder. The lock is the operating system's on <c>serve.lock</c>, so it ends with the process however that ends;
/// <c>serve.lock.holder</c> beside it says where the holder listens, for whoever comes second. Runs themselves are never locked.
/// </summary>
internal sealed class ServerLock : IDisposable
{
    private const string LockName = "serve.lock", HolderName = "serve.lock.holder";
    private readonly string _holder;
    private readonly FileStream _stream;

    private ServerLock(FileStream stream, string holder) => (_stream, _holder) = (stream, holder);

    /// <summary>Takes the folder, which is made where it is missing. Null where nothing may be written there: then nothing of this server's is there to be kept apart either.</summary>
    /// <exception cref="UserError">Another server holds it, or the folder cannot be made.</exception>
    public static ServerLock? Take(string folder)
    {
        var (path, holder) = (Path.Combine(folder, LockName), Path.Combine(folder, HolderName));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(folder, "Name the folder of your runs: --runs FOLDER.", error);
        }

        try
        {
            return new ServerLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), holder);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException error) when (error.HResult == ReadOnlyFileSystem || !File.Exists(path))
        {
            return null;
        }
        catch (IOException error)
        {
            throw new UserError($"The folder is served already: {Said(holder)}.", folder, advice: "Use that one, stop it, or name another folder: --runs FOLDER.", inner: error);
        }
    }

    /// <summary>Says to whoever comes second where this one is to be found; without the one-time token.</summary>
    public void Tell(string address) =>
        AtomicFile.WriteText(_holder, string.Create(CultureInfo.InvariantCulture, $"{address}, process {Environment.ProcessId} on {Environment.MachineName}\n"));

    public void Dispose()
    {
        Disk.TryDelete(_holder);
        _stream.Dispose();
    }

    /// <summary>EROFS of Linux, as the runtime reports it.</summary>
    private const int ReadOnlyFileSystem = 30;

    private static string Said(string holder)
    {
        try
        {
            var text = File.ReadAllText(holder).Trim();
            return text.Length > 0 ? text : "by another process";
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return "by another process";
        }
    }
}
