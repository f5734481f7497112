using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// JSON as Python's json module writes and reads it: numbers may be <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which become
/// the texts "NaN", "Infinity" and "-Infinity"; and an escape may be half of a surrogate pair, which becomes the replacement
/// character. Everything else is JSON, and is left byte for byte.
/// </summary>
internal static class PythonJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 512 };

    /// <param name="bytes">UTF-8.</param>
    /// <param name="path">Of the file, for messages.</param>
    /// <param name="member">Of an archive; null where the file is the document.</param>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string path, string? member = null)
    {
        var text = Utf8Text.Unmarked(bytes, path);
        try
        {
            using var document = JsonDocument.Parse(NeedsMending(text.Span) ? Mended(text.Span) : text, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            var cut = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            var (line, column) = member is null ? ((int)(error.LineNumber ?? 0) + 1, (int)(error.BytePositionInLine ?? 0) + 1) : (0, 0);
            throw new UserError($"{(member is null ? "This" : $"The member {member}")} is not valid JSON: {(cut < 0 ? error.Message : error.Message[..cut])}", path, line, column, inner: error);
        }
    }

    private static bool NeedsMending(ReadOnlySpan<byte> text) => text.IndexOf("NaN"u8) >= 0 || text.IndexOf("Infinity"u8) >= 0 || text.IndexOf("\\ud"u8) >= 0 || text.IndexOf("\\uD"u8) >= 0;

    private static byte[] Mended(ReadOnlySpan<byte> text)
    {
        var mended = new MemoryStream(text.Length + 1024);
        for (var at = 0; at < text.Length;)
        {
            var next = text[at..].IndexOfAny("\"NI-"u8);
            if (next < 0) next = text.Length - at;
            mended.Write(text.Slice(at, next));
            at += next;
            if (at == text.Length) break;
            var rest = text[at..];
            var length = rest[0] == '"' ? String(rest, mended) : Constant(rest, mended);
            at += length;
        }

        return mended.ToArray();
    }

    /// <summary>Copies a string with its quotes.</summary>
    private static int String(ReadOnlySpan<byte> text, MemoryStream to)
    {
        var at = 1;
        to.WriteByte((byte)'"');
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0) next = text.Length - at;
            to.Write(text.Slice(at, next));
            at += next;
            if (at == text.Length) return at;
            if (text[at] == '"')
            {
                to.WriteByte((byte)'"');
                return at + 1;
            }

            at += Escape(text[at..], to);
        }

        return at;
    }

    private static int Escape(ReadOnlySpan<byte> text, MemoryStream to)
    {
        var unit = Unit(text);
        var length = unit < 0 ? Math.Min(2, text.Length) : 6;
        if (unit is >= 0xD800 and <= 0xDBFF && Unit(text[6..]) is >= 0xDC00 and <= 0xDFFF) length = 12;
        else if (unit is >= 0xD800 and <= 0xDFFF)
        {
            to.Write("\\ufffd"u8);
            return 6;
        }

        to.Write(text[..length]);
        return length;
    }

    /// <summary>The code unit of \uXXXX; below zero where that does not stand here.</summary>
    private static int Unit(ReadOnlySpan<byte> text)
    {
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u') return -1;
        var value = 0;
        foreach (var digit in text.Slice(2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit)) return -1;
            value = (16 * value) + Convert.ToInt32(((char)digit).ToString(), 16);
        }

        return value;
    }

    private static int Constant(ReadOnlySpan<byte> text, MemoryStream to)
    {
        foreach (var constant in (ReadOnlySpan<string>)["NaN", "Infinity", "-Infinity"])
        {
            Span<byte> bytes = stackalloc byte[16];
            var length = System.Text.Encoding.ASCII.GetBytes(constant, bytes);
            if (!text.StartsWith(bytes[..length])) continue;
            to.WriteByte((byte)'"');
            to.Write(bytes[..length]);
            to.WriteByte((byte)'"');
            return length;
        }

        to.WriteByte(text[0]);
        return 1;
    }
}
