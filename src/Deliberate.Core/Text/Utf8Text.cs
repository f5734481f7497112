using System.Text;
using System.Text.Unicode;

namespace Deliberate.Core;

/// <summary>Text files that people or their editors wrote: UTF-8, with or without a byte order mark.</summary>
internal static class Utf8Text
{
    private const string Advice = "Save the file as UTF-8.";

    /// <summary>What follows the byte order mark, if there is one. UTF-16 and UTF-32, told by theirs, are refused by name.</summary>
    /// <param name="path">For the error.</param>
    public static ReadOnlyMemory<byte> Unmarked(ReadOnlyMemory<byte> bytes, string? path)
    {
        var start = bytes.Span;
        if (start.StartsWith("\uFEFF"u8)) return bytes[3..];
        if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw new UserError("is UTF-16 text (or UTF-32), not UTF-8.", path, advice: Advice);
        return bytes;
    }

    /// <summary>The text of a file's bytes; what is not UTF-8 is refused.</summary>
    public static string Decode(ReadOnlyMemory<byte> bytes, string path)
    {
        var text = Unmarked(bytes, path).Span;
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw new UserError("is not UTF-8 text.", path, advice: Advice);
    }

    /// <summary>Reads a file whole, less its byte order mark.</summary>
    public static ReadOnlyMemory<byte> Read(string path) => Unmarked(File.ReadAllBytes(path), path);
}
