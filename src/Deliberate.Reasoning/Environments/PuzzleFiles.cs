namespace Deliberate.Reasoning;

/// <summary>
/// A small file system in memory: folders and files of one line, moved through and changed by commands. Paths are names, <c>..</c>, and
/// names joined by <c>/</c>; a leading <c>/</c> is the root. Nothing here throws on what is asked.
/// </summary>
internal sealed class PuzzleFiles
{
    private const int MostFiles = 256, LongestText = 256, LongestPath = 128;

    // Full paths ("/a/b"); a folder has no text.
    private readonly SortedDictionary<string, string?> _entries = new(StringComparer.Ordinal) { ["/"] = null };
    private string _at = "/";

    public void Folder(string path) => _entries[path] = null;

    public void File(string path, string text) => _entries[path] = text;

    /// <summary>The text of a file; null of none.</summary>
    public string? Text(string path) => _entries.GetValueOrDefault(path);

    /// <summary>What a command says; null of an error, which changes nothing.</summary>
    public string? Run(string command)
    {
        var words = command.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            ["ls"] => List(_at),
            ["ls", var path] => Full(path) is { } folder && IsFolder(folder) ? List(folder) : null,
            ["cat", var path] => Full(path) is { } file ? Text(file) : null,
            ["cd", var path] => Full(path) is { } folder && IsFolder(folder) ? List(_at = folder) : null,
            ["rm", var path] => Remove(Full(path)),
            ["mv", var from, var to] => Move(Full(from), Full(to)),
            ["put", var path, var text] => Put(Full(path), text),
            _ => null,
        };
    }

    private string? Put(string? path, string text)
    {
        if (path is null || IsFolder(path) || !IsFolder(Parent(path)) || text.Length > LongestText || _entries.Count >= MostFiles) return null;
        _entries[path] = text;
        return "ok";
    }

    private string? Remove(string? path)
    {
        if (path is null or "/" || !_entries.ContainsKey(path) || IsWithin(_at, path)) return null;
        foreach (var gone in _entries.Keys.Where(key => IsWithin(key, path)).ToList()) _entries.Remove(gone);
        return "ok";
    }

    /// <summary>A file, into a folder or to another name.</summary>
    private string? Move(string? from, string? to)
    {
        if (from is null || to is null || Text(from) is not { } text) return null;
        if (IsFolder(to)) to = Join(to, from[(from.LastIndexOf('/') + 1)..]);
        if (to == from || IsFolder(to) || !IsFolder(Parent(to))) return null;
        _entries.Remove(from);
        _entries[to] = text;
        return "ok";
    }

    private string List(string folder)
    {
        var names = _entries.Where(entry => entry.Key != "/" && Parent(entry.Key) == folder).Select(entry => entry.Key[(entry.Key.LastIndexOf('/') + 1)..] + (entry.Value is null ? "/" : "")).ToArray();
        return names.Length == 0 ? "empty" : string.Join(' ', names);
    }

    private bool IsFolder(string path) => _entries.TryGetValue(path, out var text) && text is null;

    private string? Full(string path)
    {
        if (path.Length > LongestPath) return null;
        var full = path.StartsWith('/') ? "/" : _at;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries)) full = name == ".." ? Parent(full) : name == "." ? full : Join(full, name);
        return full;
    }

    private static bool IsWithin(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string Join(string folder, string name) => folder == "/" ? "/" + name : $"{folder}/{name}";

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";
}
