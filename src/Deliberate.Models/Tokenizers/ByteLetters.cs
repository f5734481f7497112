using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The bijection of GPT-2 between bytes and printable letters, in which byte-level vocabularies spell their tokens: bytes
/// 33-126, 161-172 and 174-255 stand for themselves; the other 68, in order, are U+0100 and up (a space is U+0120, Ġ).
/// </summary>
internal static class ByteLetters
{
    private static readonly char[] Letters = MakeLetters();
    private static readonly short[] Bytes = MakeBytes();

    /// <summary>The letter of a byte.</summary>
    public static char Letter(byte value) => Letters[value];

    /// <summary>The byte of a letter, or -1 for a character that is none.</summary>
    public static int Byte(char letter) => letter < Bytes.Length ? Bytes[letter] : -1;

    /// <summary>Spells bytes as letters.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes) text.Append(Letters[value]);
        return text.ToString();
    }

    /// <summary>The bytes of a token, or null if one of its characters is no byte letter.</summary>
    public static byte[]? Read(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = Byte(token[i]);
            if (value < 0) return null;
            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] MakeLetters()
    {
        var letters = new char[256];
        var next = (char)0x100;
        for (var value = 0; value < 256; value++)
            letters[value] = value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? (char)value : next++;
        return letters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[0x100 + 68];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++) bytes[Letters[value]] = (short)value;
        return bytes;
    }
}
