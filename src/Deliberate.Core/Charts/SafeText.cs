using System.Globalization;
using System.Text;

namespace Deliberate.Core;

/// <summary>
/// Makes any string safe to put into XML, SVG or HTML, as text or as a quoted attribute. The input is hostile: what a model
/// wrote. Markup characters become entities; control characters, lone surrogates, non-characters and the direction overrides
/// that can make text read differently from what it says all become U+FFFD; what is longer than the cap is cut and says so.
/// Newlines and tabs stay.
/// </summary>
internal static class SafeText
{
    public const char Replacement = '\uFFFD';

    /// <summary>The escaped text, of at most <paramref name="cap"/> UTF-16 units before escaping, never cut inside a pair.</summary>
    public static string Escape(string? text, int cap = 20_000)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var left = 0;
        var end = text.Length;
        if (end > cap)
        {
            end = cap > 0 && char.IsHighSurrogate(text[cap - 1]) && char.IsLowSurrogate(text[cap]) ? cap - 1 : cap;
            left = text.Length - end;
        }

        var safe = new StringBuilder(end + 16);
        for (var at = 0; at < end; at++) at += Append(safe, text, at, end);
        if (left > 0) safe.Append(CultureInfo.InvariantCulture, $"… [{left:N0} more characters]");
        return safe.ToString();
    }

    /// <summary>Appends the character at <paramref name="at"/>; returns 1 where it took the low surrogate too.</summary>
    private static int Append(StringBuilder safe, string text, int at, int end)
    {
        var c = text[at];
        if (char.IsHighSurrogate(c) && at + 1 < end && char.IsLowSurrogate(text[at + 1]))
        {
            var isNonCharacter = (char.ConvertToUtf32(c, text[at + 1]) & 0xFFFE) == 0xFFFE;
            if (isNonCharacter) safe.Append(Replacement);
            else safe.Append(c).Append(text[at + 1]);
            return 1;
        }

        switch (c)
        {
            case '&': safe.Append("&amp;"); break;
            case '<': safe.Append("&lt;"); break;
            case '>': safe.Append("&gt;"); break;
            case '"': safe.Append("&quot;"); break;
            case '\'': safe.Append("&#39;"); break;
            case '\n' or '\t': safe.Append(c); break;
            case '\r':
                // A parser would turn a bare or paired return into a newline; do it here, so that the text is what it shows.
                if (at + 1 >= end || text[at + 1] != '\n') safe.Append('\n');
                break;
            default: safe.Append(IsForbidden(c) ? Replacement : c); break;
        }

        return 0;
    }

    private static bool IsForbidden(char c) =>
        char.IsControl(c) || char.IsSurrogate(c)
        || c is (>= '\uFDD0' and <= '\uFDEF') or >= '\uFFFE'
        || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F' or '\u061C'
        || c is '\u2028' or '\u2029' or '\uFEFF';
}
