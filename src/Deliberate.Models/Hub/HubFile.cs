using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A file of a repository.</summary>
/// <param name="Name">With folders, divided by /; checked to stay inside of a folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">In lower-case hexadecimal, of files in large-file storage; null for the others.</param>
/// <param name="GitBlob">Git's id of the content: SHA-1 of <c>blob SIZE\0</c> and the content; null where the hub does not say.</param>
internal sealed record HubFile(string Name, long Size, string? Sha256, string? GitBlob)
{
    private const int LongestName = 400;

    /// <summary>What the cache calls its content.</summary>
    public string Blob => Sha256 ?? GitBlob!;

    /// <summary>Throws for a name that would leave the folder, or that not every system takes.</summary>
    public static void CheckName(string name, string from)
    {
        var isWrong = name.Length is 0 or > LongestName || name.Any(c => c < ' ' || c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' or '\u007F')
            || name.Split('/').Any(part => part.Length == 0 || part is "." or ".." || part.EndsWith('.') || part.EndsWith(' '));
        if (isWrong) throw new UserError($"names the file '{Excerpt.Of(name, 100)}', which is not a plain name inside the folder: nothing was downloaded.", from, advice: "Do not trust this repository.");
    }

    /// <summary>Lower-case hexadecimal of so many digits.</summary>
    public static bool IsHash(string? text, int digits) => text is not null && text.Length == digits && text.All(char.IsAsciiHexDigitLower);
}

/// <summary>A repository at one commit.</summary>
/// <param name="Commit">40 hexadecimal digits.</param>
internal sealed record HubSnapshot(string Commit, IReadOnlyList<HubFile> Files);
