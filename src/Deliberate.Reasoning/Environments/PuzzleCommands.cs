namespace Deliberate.Reasoning;

/// <summary>
/// The commands of puzzles in files: folders and files of one line, moved through and changed. Paths are names, <c>..</c>, and names joined
/// by <c>/</c>; a leading <c>/</c> is the root. Nothing here throws on what is asked.
/// </summary>
/// <param name="files">What they work on.</param>
internal sealed class PuzzleCommands(VirtualFiles files)
{
    private const int MostFiles = 256, LongestText = 256, LongestPath = 128;

    private string _at = "/";

    /// <summary>What a command says; null of an error, which changes nothing.</summary>
    public string? Run(string command)
    {
        var words = command.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        try
        {
            return words switch
            {
                ["ls"] => List(_at),
                ["ls", var path] => List(Full(path)),
                ["cat", var path] => files.Text(Full(path)),
                ["cd", var path] => List(Full(path)) is { } inside && (_at = Full(path)).Length > 0 ? inside : null,
                ["rm", var path] => Remove(Full(path)),
                ["mv", var from, var to] => Move(Full(from), Full(to)),
                ["put", var path, var text] => Put(Full(path), text),
                _ => null,
            };
        }
        catch (VirtualFilesException)
        {
            return null;
        }
    }

    private string? Put(string path, string text)
    {
        if (files.IsFolder(path) || !files.IsFolder(VirtualFiles.FolderOf(path)) || text.Length > LongestText || files.Files.Count + files.Folders.Count >= MostFiles) return null;
        files.WriteText(path, text);
        return "ok";
    }

    /// <summary>A file, or a folder with what is in it, but for the one that commands are in.</summary>
    private string? Remove(string path)
    {
        if (path == "/" || !(files.IsFile(path) || files.IsFolder(path)) || _at == path || VirtualFiles.IsWithin(_at, path)) return null;
        files.Delete(path);
        return "ok";
    }

    /// <summary>A file, into a folder or to another name.</summary>
    private string? Move(string from, string to)
    {
        if (!files.IsFile(from)) return null;
        if (files.IsFolder(to)) to = VirtualFiles.Absolute(VirtualFiles.NameOf(from), to);
        if (to == from || files.IsFolder(to) || !files.IsFolder(VirtualFiles.FolderOf(to))) return null;
        files.Write(to, files.Read(from));
        files.Delete(from);
        return "ok";
    }

    private string? List(string folder)
    {
        if (!files.IsFolder(folder)) return null;
        string[] names = [.. files.Children(folder).OrderBy(n => n.TrimEnd('/'), StringComparer.Ordinal)];
        return names.Length == 0 ? "empty" : string.Join(' ', names);
    }

    private string Full(string path) => path.Length > LongestPath ? throw new VirtualFilesException("the path is too long") : VirtualFiles.Absolute(path, _at);
}
