using System.Security.Cryptography;

namespace Deliberate.Server;

/// <summary>Names of things that the server makes: a prefix that says of what, and random letters and digits.</summary>
internal static class Identifiers
{
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static string Random(int length) => RandomNumberGenerator.GetString(Letters, length);

    public static string New(string prefix) => $"{prefix}_{Random(32)}";

    /// <summary>Whether a text may be such a name; then it is also safe as the name of a file.</summary>
    public static bool Are(string text, string prefix) => text.Length is > 5 and < 100 && text.StartsWith(prefix + "_", StringComparison.Ordinal) && text.AsSpan(prefix.Length + 1).IndexOfAnyExcept(s_valid) < 0;

    private static readonly System.Buffers.SearchValues<char> s_valid = System.Buffers.SearchValues.Create(Letters);
}
