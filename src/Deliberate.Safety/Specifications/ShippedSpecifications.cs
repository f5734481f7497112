using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>Specifications that come with the program: a complete example for a general assistant, and that of the small world.</summary>
internal static class ShippedSpecifications
{
    public const string General = "general", PolicyWorld = "policy-world";

    private const string Prefix = "Deliberate.Safety.Specifications/";

    private static readonly Dictionary<string, Lazy<Specification>> Known = new(StringComparer.Ordinal)
    {
        [General] = new(() => SpecificationFolder.Parse(FilesOf(General), General)),
        [PolicyWorld] = new(() => SpecificationFolder.Parse(FilesOf(PolicyWorld), PolicyWorld)),
    };

    public static IReadOnlyList<string> Names => [.. Known.Keys];

    public static Specification? Find(string name) => Known.TryGetValue(name, out var found) ? found.Value : null;

    /// <summary>The files of a shipped one by their names in its folder.</summary>
    public static IEnumerable<(string File, string Text)> FilesOf(string name)
    {
        var assembly = typeof(ShippedSpecifications).Assembly;
        var start = $"{Prefix}{name}/";
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(start, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            yield return (resource[start.Length..], reader.ReadToEnd());
        }
    }

    /// <summary>Writes the files of a shipped one into a new folder, to be edited.</summary>
    /// <exception cref="UserError">The folder holds something.</exception>
    public static void Copy(string name, string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new UserError("The folder is not empty.", folder, advice: "Choose another.");
        foreach (var (file, text) in FilesOf(name)) AtomicFile.WriteText(Path.Combine(folder, file), text);
    }
}
