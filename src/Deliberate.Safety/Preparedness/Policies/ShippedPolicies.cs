using System.Text;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// The policies of the repository, inside the program. To add one: a file in <c>policies</c>. Each says in its source what is its
/// authors' and what is ours.
/// </summary>
internal static class ShippedPolicies
{
    public const string Folder = "policies";

    /// <summary>As paths from the repository's root, <c>policies/pf-v2.yaml</c>, in order.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. typeof(ShippedPolicies).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>One of <see cref="Files"/>, by its path or by its name alone; null where there is none.</summary>
    public static string? Find(string name)
    {
        var plain = name.Replace('\\', '/');
        return Files.FirstOrDefault(f => f == plain || f == $"{Folder}/{plain}" || f == $"{Folder}/{plain}.yaml");
    }

    public static string Text(string file)
    {
        using var reader = new StreamReader(typeof(ShippedPolicies).Assembly.GetManifestResourceStream(file) ?? throw new ArgumentException($"{file} is not shipped.", nameof(file)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Writes all of them into a folder; files that are there stay as they are.</summary>
    public static (IReadOnlyList<string> Written, IReadOnlyList<string> Kept) CopyTo(string folder)
    {
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, advice: "Name the folder that the policies go into.");
        List<string> written = [], kept = [];
        foreach (var file in Files)
        {
            var path = Path.Combine(folder, file[(Folder.Length + 1)..]);
            if (File.Exists(path))
            {
                kept.Add(path);
                continue;
            }

            AtomicFile.WriteText(path, Text(file));
            written.Add(path);
        }

        return (written, kept);
    }
}
