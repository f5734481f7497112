using System.Text.Json;

namespace Deliberate.Testing;

/// <summary>
/// The folder of golden values, named by DELIBERATE_SHARED (default ../shared beside the repository). A test that needs it
/// skips, saying so, only where the folder is absent; a file missing inside it fails.
/// </summary>
public static class SharedFolder
{
    /// <summary>Absolute; null where there is none.</summary>
    public static string? Root { get; } = Find();

    /// <summary>The absolute path of a file or folder in the shared folder; skips the test where there is no shared folder.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipWhen(Root is null, "No folder of golden values: set DELIBERATE_SHARED, or put it at ../shared.");
        return System.IO.Path.Combine([Root, .. parts]);
    }

    /// <summary>Reads a JSON file of the shared folder. NaN and infinities are the strings "NaN", "Infinity", "-Infinity".</summary>
    public static JsonElement Json(params string[] parts)
    {
        using var stream = File.OpenRead(Path(parts));
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("DELIBERATE_SHARED");
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (!File.Exists(System.IO.Path.Combine(folder, "Deliberate.slnx"))) continue;
            var shared = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, named ?? "../shared"));
            return Directory.Exists(shared) ? shared : null;
        }

        return named is not null && Directory.Exists(named) ? System.IO.Path.GetFullPath(named) : null;
    }
}
