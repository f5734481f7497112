using System.Buffers;
using System.Globalization;
using System.Text;

namespace Deliberate.Jinja;

/// <summary>
/// Text as Python sees it: positions in code points, its character classes, and <c>repr</c>. A text without surrogates takes
/// the direct way.
/// </summary>
internal static class PythonText
{
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    /// <summary>Length in code points; a surrogate without its partner counts as one.</summary>
    public static int Length(string text)
    {
        if (!HasSurrogates(text)) return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i += Width(text, i)) count++;
        return count;
    }

    /// <summary>UTF-16 units of the code point at a position.</summary>
    public static int Width(string text, int i) => char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;

    /// <summary>The UTF-16 position of a code point's index; the end for an index past it.</summary>
    public static int UnitOf(string text, int codePoint)
    {
        if (!HasSurrogates(text)) return Math.Min(codePoint, text.Length);
        var i = 0;
        for (; codePoint > 0 && i < text.Length; codePoint--) i += Width(text, i);
        return i;
    }

    /// <summary>Python's white space: Unicode's, and the four information separators.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static UnicodeCategory Category(string text, int i) => CharUnicodeInfo.GetUnicodeCategory(text, i);

    public static bool IsLetterAt(string text, int i) => Category(text, i) is <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;

    /// <summary>A letter, a digit or a mark: what a name may continue with.</summary>
    public static bool IsWordAt(string text, int i) => Category(text, i) is <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    public static bool IsPrintable(string text, int i) => text[i] == ' ' || Category(text, i) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>Python's <c>repr</c> of a string: single quotes unless only those occur inside, escapes for what cannot be seen.</summary>
    public static string Quote(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        for (var i = 0; i < text.Length; i += Width(text, i))
        {
            var c = text[i];
            if (c == quote || c == '\\') result.Append('\\').Append(c);
            else if (c == '\n') result.Append("\\n");
            else if (c == '\r') result.Append("\\r");
            else if (c == '\t') result.Append("\\t");
            else if (c is >= ' ' and < '\x7f') result.Append(c);
            else if (IsPrintable(text, i)) result.Append(text, i, Width(text, i));
            else if (c < 0x100) result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else if (Width(text, i) == 1) result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else result.Append(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(text, i):x8}");
        }

        return result.Append(quote).ToString();
    }

    /// <summary>Order by code points, as Python's strings; UTF-16 order differs where surrogates meet the private use area.</summary>
    public static int Compare(string a, string b)
    {
        var shared = a.AsSpan().CommonPrefixLength(b);
        if (shared == a.Length || shared == b.Length) return a.Length.CompareTo(b.Length);
        return Rank(a[shared]).CompareTo(Rank(b[shared]));
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;

    /// <summary>The lines of a text at every break Python's <c>splitlines</c> knows; a break at the end starts no line.</summary>
    public static List<string> Lines(JinjaRun run, string text, bool keepEnds = false)
    {
        run.Budget.Spend(CountBreaks(text));
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOfAny(LineBreaks);
            var end = length < 0 ? text.Length : start + length;
            var next = end == text.Length ? end : text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    private static int CountBreaks(string text)
    {
        var count = 0;
        foreach (var c in text)
        {
            if (LineBreaks.Contains(c)) count++;
        }

        return count;
    }

    public static string EscapeHtml(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);
}
