using System.Text;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>
/// The recipes of the repository and the files that its examples read, inside the program: an installed tool and a single-file
/// program have them wherever they are started from. <c>recipe copy</c> writes them out to be edited.
/// </summary>
internal static class ShippedRecipes
{
    public const string Folder = "recipes";

    /// <summary>As paths from the repository's root, <c>recipes/quickstart/arithmetic.yaml</c>, in order.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. typeof(ShippedRecipes).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A path that the user names, refused with the way to get it where it is one of these and not there.</summary>
    public static string Named(string path)
    {
        var plain = path.Replace('\\', '/');
        if (Path.Exists(path) || !Files.Contains(plain.StartsWith("./", StringComparison.Ordinal) ? plain[2..] : plain, StringComparer.Ordinal)) return path;
        throw new UserError("There is no such recipe here, but one comes with deliberate.", path, advice: "deliberate recipe copy writes it, and the others.");
    }

    /// <param name="file">One of <see cref="Files"/>.</param>
    public static string Text(string file)
    {
        using var reader = new StreamReader(Open(file), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Writes all of them below a folder, in place of its <c>recipes</c>; files that are there already stay as they are.</summary>
    /// <returns>The files written, and those left alone.</returns>
    public static (IReadOnlyList<string> Written, IReadOnlyList<string> Kept) CopyTo(string folder)
    {
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, advice: "Name the folder that the recipes go into.");
        List<string> written = [], kept = [];
        foreach (var file in Files)
        {
            var path = Path.Combine(folder, file[(Folder.Length + 1)..]);
            if (File.Exists(path))
            {
                kept.Add(path);
                continue;
            }

            using var content = Open(file);
            AtomicFile.Write(path, content.CopyTo);
            written.Add(path);
        }

        return (written, kept);
    }

    private static Stream Open(string file) => typeof(ShippedRecipes).Assembly.GetManifestResourceStream(file) ?? throw new ArgumentException($"{file} is not shipped.", nameof(file));
}
