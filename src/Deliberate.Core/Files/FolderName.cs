using System.Buffers;

namespace Deliberate.Core;

/// <summary>Names that a run, and the folder that it gets, can have on every system.</summary>
internal static class FolderName
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/\\:*?\"<>|\0\n");

    /// <summary>What is wrong with a name; null where nothing is.</summary>
    public static string? Problem(string name) =>
        name.Length is 0 or > 100 || name.AsSpan().IndexOfAny(NotInNames) >= 0 || name is "." or ".." ? "A name has 1 to 100 characters and can be that of a folder." : null;
}
