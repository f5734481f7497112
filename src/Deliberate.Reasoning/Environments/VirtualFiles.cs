using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Deliberate.Reasoning;

/// <summary>What an agent's file system holds no more of, or what a path does not lead to; told to the agent, never to the user.</summary>
internal sealed class VirtualFilesException(string message) : Exception(message);

/// <summary>
/// A file system in memory: absolute paths (<c>/a/b.txt</c>) to bytes, folders where files are or where one was made. It is bounded in files and
/// bytes, knows no links, owners or times, and lists everything in ordinal order, so that what runs over it is the same everywhere. Not for
/// several threads.
/// </summary>
internal sealed class VirtualFiles
{
    public const int MostFiles = 4_000, LongestPath = 400;

    public const long MostBytes = 64 << 20;

    private readonly SortedDictionary<string, byte[]> _files;
    private readonly SortedSet<string> _folders;
    private long _bytes;

    public VirtualFiles()
    {
        _files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        _folders = new SortedSet<string>(StringComparer.Ordinal) { "/" };
    }

    /// <param name="files">Absolute paths and what stands in them.</param>
    public VirtualFiles(IEnumerable<KeyValuePair<string, byte[]>> files)
        : this()
    {
        foreach (var (path, content) in files) Write(path, content);
    }

    /// <param name="files">Absolute paths and their texts.</param>
    public static VirtualFiles OfTexts(IEnumerable<KeyValuePair<string, string>> files) => new(files.Select(f => KeyValuePair.Create(f.Key, Encoding.UTF8.GetBytes(f.Value))));

    /// <summary>All files, in ordinal order of their paths.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>All folders, the root first.</summary>
    public IReadOnlyCollection<string> Folders => _folders;

    public VirtualFiles Copy()
    {
        var copy = new VirtualFiles();
        foreach (var folder in _folders) copy._folders.Add(folder);
        foreach (var (path, content) in _files) copy._files.Add(path, content);
        copy._bytes = _bytes;
        return copy;
    }

    /// <summary>An absolute path without <c>.</c> and <c>..</c>; above the root is the root.</summary>
    public static string Absolute(string path, string from = "/")
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Contains('\0', StringComparison.Ordinal) || path.Length > LongestPath) throw new VirtualFilesException("the path is too long, or none");
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{from}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }

        var whole = "/" + string.Join('/', parts);
        return whole.Length <= LongestPath ? whole : throw new VirtualFilesException("the path is too long");
    }

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    public static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";

    public bool IsFile(string path) => _files.ContainsKey(path);

    public bool IsFolder(string path) => _folders.Contains(path);

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content) => _files.TryGetValue(path, out content);

    /// <exception cref="VirtualFilesException">There is no such file.</exception>
    public byte[] Read(string path) => TryRead(path, out var content) ? content : throw new VirtualFilesException(IsFolder(path) ? $"{path}: Is a directory" : $"{path}: No such file or directory");

    /// <summary>A file's text; null where there is none.</summary>
    public string? Text(string path) => TryRead(path, out var content) ? Encoding.UTF8.GetString(content) : null;

    /// <summary>Writes a file, whatever was there, and makes the folders that it lies in.</summary>
    public void Write(string path, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        path = Absolute(path);
        if (IsFolder(path)) throw new VirtualFilesException($"{path}: Is a directory");
        for (var folder = FolderOf(path); folder != "/"; folder = FolderOf(folder))
            if (IsFile(folder)) throw new VirtualFilesException($"{folder}: Not a directory");
        var before = TryRead(path, out var old) ? old.Length : 0;
        if (old is null && _files.Count >= MostFiles) throw new VirtualFilesException("No space left on device");
        if (_bytes - before + content.Length > MostBytes) throw new VirtualFilesException("No space left on device");
        _bytes += content.Length - before;
        MakeFolder(FolderOf(path));
        _files[path] = content;
    }

    public void WriteText(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Makes a folder and those that it lies in.</summary>
    public void MakeFolder(string path)
    {
        path = Absolute(path);
        if (_folders.Count >= MostFiles) throw new VirtualFilesException("No space left on device");
        for (var folder = path; folder != "/" && !_folders.Contains(folder); folder = FolderOf(folder))
        {
            if (IsFile(folder)) throw new VirtualFilesException($"{folder}: File exists");
            _folders.Add(folder);
        }
    }

    /// <summary>Deletes a file, or a folder with all that is in it; the root stays.</summary>
    public void Delete(string path)
    {
        if (_files.Remove(path, out var content))
        {
            _bytes -= content.Length;
            return;
        }

        foreach (var inside in _files.Keys.Where(f => IsWithin(f, path)).ToArray()) Delete(inside);
        _folders.RemoveWhere(f => f != "/" && (f == path || IsWithin(f, path)));
    }

    /// <summary>Names of what lies in a folder itself; those of folders end in <c>/</c>.</summary>
    public IReadOnlyList<string> Children(string folder)
    {
        var front = folder == "/" ? "/" : folder + "/";
        return [.. _files.Keys.Concat(_folders.Where(f => f != "/").Select(f => f + "/"))
            .Where(p => p.StartsWith(front, StringComparison.Ordinal) && p.Length > front.Length && p.AsSpan(front.Length).TrimEnd('/').IndexOf('/') < 0)
            .Select(p => p[front.Length..]).Order(StringComparer.Ordinal)];
    }

    public static bool IsWithin(string path, string folder) => folder == "/" ? path.Length > 1 : path.StartsWith(folder + "/", StringComparison.Ordinal);
}
