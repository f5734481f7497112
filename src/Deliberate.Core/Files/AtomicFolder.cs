namespace Deliberate.Core;

/// <summary>
/// Commits a whole folder, such as a checkpoint, in one rename: a sibling <c>NAME.partial-PID</c> is filled, every file in it is
/// flushed to the disk, then it takes the name. A process killed at any moment leaves the old folder, the new one, or a partial
/// that the next commit beside it removes; a full disk leaves the old one whole and ends in an error that names the folder.
/// </summary>
internal static class AtomicFolder
{
    /// <summary>Ends the name of the old folder while a new one takes its name, where the system cannot exchange them in one step.</summary>
    private const string Replaced = ".replaced";

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
            RemoveLeftOvers(parent);
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

    /// <summary>Whether a folder of this name is one that is being filled, or that a killed process left: none to list or to load.</summary>
    public static bool IsPartial(string name) => Disk.IsPartial(name) || name.EndsWith(Replaced, StringComparison.Ordinal);

    /// <summary>Deletes a folder so that it is whole or gone, whenever the process is killed: it loses its name first. False where the system refuses; it is whole then.</summary>
    public static bool TryDelete(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var leaving = Disk.Reserve(path, unique: true);
        try
        {
            Directory.Move(path, leaving);
            Disk.TryDelete(leaving);
            return true;
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return !Directory.Exists(path);
        }
        finally
        {
            Disk.Release(leaving);
        }
    }

    /// <summary>Removes what killed processes left in <paramref name="parent"/>, and gives a folder its name back that lost it to one which never came; <see cref="Commit"/> does it by itself.</summary>
    public static void RemoveLeftOvers(string parent)
    {
        parent = Path.GetFullPath(parent);
        Disk.RemoveLeftOvers(parent);
        if (!Directory.Exists(parent)) return;
        foreach (var old in Directory.GetDirectories(parent, "*" + Replaced))
        {
            var path = old[..^Replaced.Length];
            if (Directory.Exists(path)) Disk.TryDelete(old);
            else Directory.Move(old, path);
        }
    }

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
            var old = path + Replaced;
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
