namespace Deliberate.Architecture.Tests;

/// <summary>Files of the repository.</summary>
internal static class Repository
{
    public static string Path(string file)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Deliberate.slnx"))) folder = System.IO.Path.GetDirectoryName(folder)!;
        return System.IO.Path.Combine(folder, file);
    }
}
