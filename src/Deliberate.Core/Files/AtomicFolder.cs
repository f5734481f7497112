namespace Deliberate.Core;

/// <summary>
/// Commits a whole folder, such as a checkpoint, in one rename: a sibling <c>NAME.partial-PID</c> is filled, every file in it is
/// flushed to the disk, then it takes the name. A process killed at any moment leaves the old folder, the new one, or a partial
/// that the next commit beside it removes; a full disk leaves the old one whole and ends in an error that names the folder.
/// </summary>
internal static class AtomicFolder
{
    /// <param name="path">The folder to create or replace.</param>
    /// <param name="fill">Writes the content into the temporary folder whose path it is given.</param>
    public static void Commit(string path, Action<string> fill)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(path) ?? throw new ArgumentException("A root folder cannot be replaced.", nameof(path));
        var partial = Disk.Reserve(path, unique: false);
        try
        {
            Directory.CreateDirectory(parent);
            Disk.RemoveLeftOvers(parent);
            Disk.TryDelete(partial);
            Directory.CreateDirectory(partial);
            fill(partial);
            FlushTree(partial);
            Publish(partial, path);
            Disk.FlushFolder(parent);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            Disk.TryDelete(partial);
            throw Disk.CannotWrite(path, "The previous content, if any, is whole; free some space or choose another folder, then try again.", error);
        }
        catch
        {
            Disk.TryDelete(partial);
            throw;
        }
        finally
        {
            Disk.Release(partial);
        }
    }

    /// <summary>Removes what killed processes left in <paramref name="parent"/>; <see cref="Commit"/> does it by itself.</summary>
    public static void RemoveLeftOvers(string parent) => Disk.RemoveLeftOvers(Path.GetFullPath(parent));

    private static void FlushTree(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) Disk.FlushFile(file);
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)) Disk.FlushFolder(inner);
        Disk.FlushFolder(folder);
    }

    private static void Publish(string partial, string path)
    {
        if (File.Exists(path)) throw new IOException($"{path} is a file");
        if (!Directory.Exists(path))
        {
            Directory.Move(partial, path);
            return;
        }

        if (!Disk.TryExchange(partial, path))
        {
            // Without an exchange the name is free for a moment; if the second rename fails the first is taken back.
            var old = path + ".replaced";
            Disk.TryDelete(old);
            Directory.Move(path, old);
            try
            {
                Directory.Move(partial, path);
            }
            catch
            {
                Directory.Move(old, path);
                throw;
            }

            partial = old;
        }

        Disk.TryDelete(partial);
    }
}
