using System.Globalization;
using System.Text;

namespace Deliberate.Jinja;

/// <summary>
/// Reads one token inside a tag: a name, a number (with <c>_</c> between digits, and 0x, 0o, 0b), a quoted string with Python's
/// escapes, or an operator. Regular expressions are not used, so no source makes it backtrack.
/// </summary>
internal static class JinjaTokenReader
{
    private static readonly string[] TwoCharacters = ["**", "//", "==", "!=", ">=", "<="];

    public static JinjaToken Read(string source, ref int at, int line)
    {
        var start = at;
        var first = source[at];
        if (char.IsAsciiDigit(first)) return ReadNumber(source, ref at, line);
        if (first is '\'' or '"') return ReadString(source, ref at, line);
        if (first == '_' || PythonText.IsLetterAt(source, at))
        {
            while (at < source.Length && (source[at] == '_' || PythonText.IsWordAt(source, at))) at += char.IsHighSurrogate(source[at]) && at + 1 < source.Length ? 2 : 1;
            return new JinjaToken(JinjaTokenKind.Name, source[start..at], line);
        }

        if (at + 1 < source.Length && Array.Find(TwoCharacters, o => o[0] == first && o[1] == source[start + 1]) is { } two)
        {
            at += 2;
            return new JinjaToken(JinjaTokenKind.Operator, two, line);
        }

        if (!"+-/*%~[](){}><=.:|,;".Contains(first)) throw new JinjaException($"unexpected char {PythonText.Quote(first.ToString())} at {at}", line);
        at++;
        return new JinjaToken(JinjaTokenKind.Operator, first.ToString(), line);
    }

    private static JinjaToken ReadNumber(string source, ref int at, int line)
    {
        var start = at;
        if (source[at] == '0' && at + 1 < source.Length && char.ToLowerInvariant(source[at + 1]) is var kind and ('x' or 'o' or 'b'))
        {
            var end = Digits(source, at + 2, kind == 'x' ? 16 : kind == 'o' ? 8 : 2, leadingUnderscore: true);
            if (end > at + 2)
            {
                at = end;
                return new JinjaToken(JinjaTokenKind.Integer, source[start..end].Replace("_", "", StringComparison.Ordinal), line);
            }
        }

        // A float does not start right after a dot: x.1.5 is the element 1, then .5.
        var afterDot = start > 0 && source[start - 1] == '.';
        var whole = Digits(source, at, 10);
        var stop = whole;
        if (!afterDot && stop + 1 < source.Length && source[stop] == '.' && char.IsAsciiDigit(source[stop + 1])) stop = Digits(source, stop + 1, 10);
        if (!afterDot && stop < source.Length && source[stop] is 'e' or 'E')
        {
            var exponent = stop + 1 < source.Length && source[stop + 1] is '+' or '-' ? stop + 2 : stop + 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent])) stop = Digits(source, exponent, 10);
        }

        if (stop > whole)
        {
            at = stop;
            return new JinjaToken(JinjaTokenKind.Float, source[start..stop].Replace("_", "", StringComparison.Ordinal), line);
        }

        if (source[at] == '0')
        {
            // 007 is the three numbers 00 and 7 to Jinja, which the parser then refuses.
            while (at < whole && source[at] is '0' or '_') at++;
            if (source[at - 1] == '_') at--;
        }
        else
        {
            at = whole;
        }

        return new JinjaToken(JinjaTokenKind.Integer, source[start..at].Replace("_", "", StringComparison.Ordinal), line);
    }

    /// <summary>The end of a run of digits in the base, single underscores allowed between them.</summary>
    private static int Digits(string source, int at, int radix, bool leadingUnderscore = false)
    {
        var end = at;
        for (var i = at; i < source.Length; i++)
        {
            if (IsDigit(source[i], radix)) end = i + 1;
            else if (source[i] != '_' || end != i || (end == at && !leadingUnderscore)) break;
        }

        return end;
    }

    private static bool IsDigit(char c, int radix) => radix == 16 ? char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c) && c - '0' < radix;

    private static JinjaToken ReadString(string source, ref int at, int line)
    {
        var quote = source[at];
        var text = new StringBuilder();
        for (var i = at + 1; i < source.Length; i++)
        {
            if (source[i] == quote)
            {
                at = i + 1;
                return new JinjaToken(JinjaTokenKind.String, text.ToString(), line);
            }

            if (source[i] != '\\') text.Append(source[i]);
            else if (i + 1 < source.Length) i = Unescape(source, i + 1, text, line);
        }

        throw new JinjaException($"unexpected char {PythonText.Quote(quote.ToString())} at {at}", line);
    }

    /// <summary>Appends what the escape whose letter stands at <paramref name="i"/> means; returns the last position it uses.</summary>
    private static int Unescape(string source, int i, StringBuilder text, int line)
    {
        var c = source[i];
        switch (c)
        {
            case '\n': return i;
            case '\\' or '\'' or '"': text.Append(c); return i;
            case 'a': text.Append('\a'); return i;
            case 'b': text.Append('\b'); return i;
            case 'f': text.Append('\f'); return i;
            case 'n': text.Append('\n'); return i;
            case 'r': text.Append('\r'); return i;
            case 't': text.Append('\t'); return i;
            case 'v': text.Append('\v'); return i;
            case 'x': return Hex(source, i, 2, text, line);
            case 'u': return Hex(source, i, 4, text, line);
            case 'U': return Hex(source, i, 8, text, line);
            case 'N': throw new JinjaException("a character by name, \\N{...}, is not supported in a string", line);
            case >= '0' and <= '7':
                var value = 0;
                var end = i;
                for (; end < source.Length && end < i + 3 && source[end] is >= '0' and <= '7'; end++) value = (value * 8) + source[end] - '0';
                text.Append((char)value);
                return end - 1;
            default:
                text.Append('\\').Append(c);
                return i;
        }
    }

    private static int Hex(string source, int i, int digits, StringBuilder text, int line)
    {
        if (i + digits >= source.Length || !int.TryParse(source.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
        {
            throw new JinjaException($"truncated \\{source[i]} escape in a string", line);
        }

        if (value < 0x10000) text.Append((char)value);
        else text.Append(char.ConvertFromUtf32(value));
        return i + digits;
    }
}
