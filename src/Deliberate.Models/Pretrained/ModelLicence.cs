using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// What a model's files say of its licence: <c>general.license</c> of a GGUF file; <c>license</c> in the front matter of a
/// folder's README.md, or the title of its LICENSE file. Never a guess: null where nothing is said.
/// </summary>
/// <param name="Name">As it stands there, such as apache-2.0.</param>
internal sealed record ModelLicence(string Name, Origin From)
{
    private const int Looked = 1 << 16;
    private const int LongestName = 100;

    private static readonly string[] Files = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING"];

    public static ModelLicence? Of(GgufFile file)
    {
        const string Key = "general.license";
        return file.Metadata.String(Key) is { } name && !string.IsNullOrWhiteSpace(name) ? new ModelLicence(Short(name), new Origin(file.Path, Key)) : null;
    }

    public static ModelLicence? Of(string folder)
    {
        if (ModelFolder.Find(folder, "README.md") is { } card && HeadOf(card, "license") is { } named) return new ModelLicence(Short(named), new Origin(card, "license"));
        foreach (var file in Files)
        {
            if (ModelFolder.Find(folder, file) is { } path && Title(Lines(path)) is { } title) return new ModelLicence(Short(title), new Origin(path));
        }

        return null;
    }

    /// <summary>The value of a key between the lines of three dashes at the beginning of a card; where it is a list, the first entry.</summary>
    internal static string? HeadOf(string card, string key)
    {
        var lines = Lines(card);
        key += ":";
        if (lines.Length == 0 || lines[0].Trim() != "---") return null;
        for (var i = 1; i < lines.Length && lines[i].Trim() != "---"; i++)
        {
            if (!lines[i].StartsWith(key, StringComparison.Ordinal)) continue;
            var value = lines[i][key.Length..].Trim();
            if (value.Length == 0 && i + 1 < lines.Length && lines[i + 1].TrimStart().StartsWith("- ", StringComparison.Ordinal)) value = lines[i + 1].TrimStart()[2..].Trim();
            value = value.Trim('"', '\'', '[', ']', ' ');
            return value.Length == 0 ? null : value;
        }

        return null;
    }

    /// <summary>The first line that says something; for the Apache licence with its version, which stands on the second.</summary>
    private static string? Title(string[] lines)
    {
        var said = lines.Select(l => l.Trim(' ', '\t', '#', '*', '=', '-')).Where(l => l.Length > 0).Take(2).ToArray();
        if (said.Length == 0) return null;
        return said.Length > 1 && said[1].StartsWith("Version ", StringComparison.Ordinal) ? $"{said[0]}, {said[1]}" : said[0];
    }

    private static string[] Lines(string path)
    {
        try
        {
            // Nothing said; or a pipe, which would wait for its writer.
            if (new FileInfo(path).Length == 0) return [];
            using var stream = File.OpenRead(path);
            var bytes = new byte[Math.Min(Looked, stream.Length)];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes.AsSpan(0, count)).TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        }
        catch (Exception problem) when (Disk.IsRefusal(problem))
        {
            throw Disk.CannotRead(path, problem);
        }
    }

    /// <summary>One line of plain text, whatever a stranger wrote there.</summary>
    private static string Short(string name) => Excerpt.Of(string.Concat(name.Where(c => !char.IsControl(c))), LongestName);
}
