using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// The folder in which a command in a sandbox finds its files and leaves its results. What it leaves is read once all of it is dead,
/// and only what is a file there: a link that it made may point anywhere on this machine, and is neither followed nor kept.
/// </summary>
internal static class SandboxFiles
{
    /// <summary>All below a folder but what a link leads to.</summary>
    public static EnumerationOptions AllBelow { get; } = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true, ReturnSpecialDirectories = false };

    public static void Write(string folder, SandboxSpecification specification)
    {
        foreach (var name in specification.Folders) Directory.CreateDirectory(Within(name, folder, specification));
        foreach (var (name, content) in specification.Files)
        {
            var path = Within(name, folder, specification);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    private static string Within(string name, string folder, SandboxSpecification specification)
    {
        var path = Path.GetFullPath(name, folder);
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal)) throw new UserError($"The file \"{name}\" would lie outside the sandbox's folder.", field: specification.Fields + "files", advice: "Names are relative, without \"..\".");
        return path;
    }

    /// <summary>What lies there now, by name: what was there before and is unchanged is left out.</summary>
    public static Dictionary<string, byte[]> Read(string folder, SandboxSpecification specification)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var left = (long)specification.Limits.FileMegabytes << 20;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", AllBelow).OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            byte[] content;
            try
            {
                // A pipe or a device has no length and is not opened: reading one may never end.
                content = file.Length > 0 && file.Length <= left ? File.ReadAllBytes(file.FullName) : [];
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Without the right to read it, or under a name that is no text, it was not left for us.
                continue;
            }

            left -= content.Length;
            var name = Path.GetRelativePath(folder, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (!specification.Files.TryGetValue(name, out var before) || !before.AsSpan().SequenceEqual(content)) files[name] = content;
        }

        return files;
    }
}
