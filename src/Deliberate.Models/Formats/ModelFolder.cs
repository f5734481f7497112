using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Files of a checkpoint folder that may come from a stranger: names have no directory part, and a symbolic link may not lead
/// out of the folder. The one exception is the cache of huggingface_hub, where every file of
/// <c>models--OWNER--NAME/snapshots/REVISION</c> is a link into <c>models--OWNER--NAME/blobs</c>.
/// </summary>
internal static class ModelFolder
{
    private const int MostLinks = 40;

    /// <summary>The path of a file of the folder, checked; null where there is none.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="name">A plain file name.</param>
    /// <param name="saidBy">The file and field that name it, for messages; null if the program itself does.</param>
    public static string? Find(string folder, string name, (string File, string Field)? saidBy = null)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\\0") >= 0)
            throw new UserError($"names the file '{Excerpt.Of(name, 100)}', which is not a plain name inside the folder.", saidBy?.File ?? folder, field: saidBy?.Field);
        var path = Path.Combine(folder, name);
        var file = new FileInfo(path);
        if (file.LinkTarget is null) return file.Exists ? path : null;

        var home = RealPath(Path.GetFullPath(folder));
        var target = RealPath(Path.Combine(home, name));
        if (!IsInside(target, home) && !(Blobs(home) is { } blobs && IsInside(target, blobs)))
            throw new UserError($"is a symbolic link that leads out of the folder, to {target}.", path, advice: "Replace it by the file itself if you trust it.");
        return File.Exists(target) ? target : null;
    }

    /// <summary>Reads a small file of the folder whole.</summary>
    public static byte[] ReadSmall(string path, int most)
    {
        try
        {
            // Asked before opening: a pipe or a device has no length, and opening a pipe would wait for its writer.
            var length = new FileInfo(path).Length;
            if (length == 0) throw new UserError("the file is empty.", path, advice: "Download or copy it again.");
            if (length > most) throw new UserError($"is {length} bytes long; at most {most} are read.", path);
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (Disk.IsRefusal(problem))
        {
            throw Disk.CannotRead(path, problem);
        }
    }

    /// <summary>The UTF-8 text of a small file of the folder, without the byte order mark that editors put in front.</summary>
    public static ReadOnlyMemory<byte> ReadText(string path, int most) => Utf8Text.Unmarked(ReadSmall(path, most), path);

    private static string? Blobs(string home)
    {
        var snapshots = Path.GetDirectoryName(home);
        return snapshots is not null && Path.GetFileName(snapshots) == "snapshots" ? Path.Combine(Path.GetDirectoryName(snapshots) ?? "", "blobs") : null;
    }

    private static bool IsInside(string path, string folder) => path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The absolute path with every symbolic link on the way followed.</summary>
    private static string RealPath(string path)
    {
        var links = 0;
        var real = Path.GetPathRoot(path)!;
        var rest = new Stack<string>(path[real.Length..].Split(Path.DirectorySeparatorChar).Reverse());
        while (rest.TryPop(out var part))
        {
            if (part.Length == 0 || part == ".") continue;
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks) throw new UserError("follows too many symbolic links.", path);
            if (Path.IsPathRooted(target)) real = Path.GetPathRoot(target)!;
            foreach (var piece in target.Split(Path.DirectorySeparatorChar).Reverse()) rest.Push(piece);
        }

        return real;
    }
}
