using System.Globalization;
using System.Text;

namespace Deliberate.Evaluation;

/// <summary>The request's UTF-8 bytes in other letters: RFC 4648, RFC 2045 and the older ones. All of them lead back to every character.</summary>
internal static class ByteEncodings
{
    private const string Base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int UuLine = 45;

    public static IReadOnlyList<IPromptTransform> All { get; } =
    [
        Of("base64", "encoded in Base64", Convert.ToBase64String, Convert.FromBase64String),
        Of("base32", "encoded in Base32", Base32, FromBase32),
        Of("base85", "encoded in Ascii85", Base85, FromBase85),
        Of("hex", "written as hexadecimal bytes", Convert.ToHexStringLower, Convert.FromHexString),
        Of("binary", "written as binary bytes", b => string.Join(' ', b.Select(x => x.ToString("b8", CultureInfo.InvariantCulture))), t => Numbers(t, NumberStyles.BinaryNumber)),
        Of("decimal", "written as the decimal values of its bytes", b => string.Join(' ', b.Select(x => x.ToString(CultureInfo.InvariantCulture))), t => Numbers(t, NumberStyles.Integer)),
        Of("quoted-printable", "written in quoted-printable, every byte escaped", b => string.Concat(b.Select(x => "=" + x.ToString("X2", CultureInfo.InvariantCulture))), t => Convert.FromHexString(t.Replace("=", "", StringComparison.Ordinal))),
        Of("uuencode", "uuencoded", Uuencode, Uudecode),
    ];

    private static TextEncoding Of(string name, string written, Func<byte[], string> encode, Func<string, byte[]> decode) =>
        new(name, TransformKind.Encoding, written, text => encode(Encoding.UTF8.GetBytes(text)), text => Encoding.UTF8.GetString(decode(text))) { Source = "garak, encoding probes" };

    private static byte[] Numbers(string text, NumberStyles style) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => byte.Parse(t, style, CultureInfo.InvariantCulture))];

    /// <summary>RFC 4648, section 6: five bits a letter, filled up with = to eight letters.</summary>
    private static string Base32(byte[] bytes)
    {
        var text = new StringBuilder();
        int bits = 0, held = 0;
        foreach (var b in bytes)
        {
            (bits, held) = ((bits << 8) | b, held + 8);
            for (; held >= 5; held -= 5) text.Append(Base32Letters[(bits >> (held - 5)) & 31]);
            bits &= (1 << held) - 1;
        }

        if (held > 0) text.Append(Base32Letters[(bits << (5 - held)) & 31]);
        return text.Append('=', (8 - text.Length % 8) % 8).ToString();
    }

    private static byte[] FromBase32(string text)
    {
        var bytes = new List<byte>();
        int bits = 0, held = 0;
        foreach (var letter in text.TrimEnd('='))
        {
            (bits, held) = (((bits << 5) | Base32Letters.IndexOf(letter, StringComparison.Ordinal)) & 0xFFF, held + 5);
            if (held < 8) continue;
            held -= 8;
            bytes.Add((byte)(bits >> held));
        }

        return [.. bytes];
    }

    /// <summary>Adobe's Ascii85: four bytes as five digits to the base 85 from !, four zeros as z, a last group cut to its bytes and one digit more.</summary>
    private static string Base85(byte[] bytes)
    {
        var text = new StringBuilder();
        Span<char> digits = stackalloc char[5];
        for (var at = 0; at < bytes.Length; at += 4)
        {
            var count = Math.Min(4, bytes.Length - at);
            var value = 0u;
            for (var i = 0; i < 4; i++) value = (value << 8) | (i < count ? bytes[at + i] : 0u);
            if (value == 0 && count == 4)
            {
                text.Append('z');
                continue;
            }

            for (var i = 4; i >= 0; i--, value /= 85) digits[i] = (char)('!' + value % 85);
            text.Append(digits[..(count + 1)]);
        }

        return text.ToString();
    }

    private static byte[] FromBase85(string text)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == 'z')
            {
                bytes.AddRange([0, 0, 0, 0]);
                at++;
                continue;
            }

            var count = Math.Min(5, text.Length - at);
            var value = 0L;
            for (var i = 0; i < 5; i++) value = value * 85 + (i < count ? text[at + i] - '!' : 84);
            for (var i = 0; i < count - 1; i++) bytes.Add((byte)(value >> (24 - 8 * i)));
            at += count;
        }

        return [.. bytes];
    }

    private static string Uuencode(byte[] bytes)
    {
        var text = new StringBuilder("begin 644 request\n");
        for (var at = 0; at < bytes.Length; at += UuLine)
        {
            var line = bytes.AsSpan(at, Math.Min(UuLine, bytes.Length - at));
            text.Append(UuLetter(line.Length));
            for (var i = 0; i < line.Length; i += 3)
            {
                var group = (line[i] << 16) | ((i + 1 < line.Length ? line[i + 1] : 0) << 8) | (i + 2 < line.Length ? line[i + 2] : 0);
                for (var shift = 18; shift >= 0; shift -= 6) text.Append(UuLetter((group >> shift) & 63));
            }

            text.Append('\n');
        }

        return text.Append("`\nend").ToString();
    }

    private static byte[] Uudecode(string text)
    {
        var bytes = new List<byte>();
        foreach (var line in text.Split('\n').Skip(1).TakeWhile(l => l != "`"))
        {
            var count = UuValue(line[0]);
            for (int i = 1, left = count; left > 0; i += 4, left -= 3)
            {
                var group = (UuValue(line[i]) << 18) | (UuValue(line[i + 1]) << 12) | (UuValue(line[i + 2]) << 6) | UuValue(line[i + 3]);
                for (var k = 0; k < Math.Min(3, left); k++) bytes.Add((byte)(group >> (16 - 8 * k)));
            }
        }

        return [.. bytes];
    }

    /// <summary>A space may be lost on the way, so ` stands for 0.</summary>
    private static char UuLetter(int value) => value == 0 ? '`' : (char)(' ' + value);

    private static int UuValue(char letter) => (letter - ' ') & 63;
}
