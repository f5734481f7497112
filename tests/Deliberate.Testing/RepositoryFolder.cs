namespace Deliberate.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class RepositoryFolder
{
    public static string Root { get; } = Find();

    /// <summary>A file or folder of it, named with slashes.</summary>
    public static string File(string path) => Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "Deliberate.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("These tests need a checkout around them.");
        return folder;
    }
}
