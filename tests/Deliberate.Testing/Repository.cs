namespace Deliberate.Testing;

/// <summary>Files of the repository that a test runs from.</summary>
public static class Repository
{
    public static string Path(params string[] parts)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Deliberate.slnx"))) folder = System.IO.Path.GetDirectoryName(folder)!;
        return System.IO.Path.Combine([folder, .. parts]);
    }
}
