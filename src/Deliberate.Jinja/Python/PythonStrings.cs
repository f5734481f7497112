using System.Globalization;
using System.Text;

namespace Deliberate.Jinja;

/// <summary>The algorithms behind <see cref="JinjaStringMethods"/>: splitting, stripping, padding, counting and classifying text as Python does.</summary>
internal static class PythonStrings
{
    public static JinjaList Texts(JinjaRun run, List<string> parts)
    {
        run.Budget.Spend(parts.Count);
        return new JinjaList([.. parts.Select(p => (JinjaValue)new JinjaString(p))]);
    }

    /// <summary>Takes characters off the ends: those of <paramref name="chars"/>, or white space where it is null.</summary>
    public static string Strip(JinjaRun run, string text, string? chars, bool left, bool right)
    {
        var set = chars is null ? null : chars.EnumerateRunes().ToHashSet();
        run.Budget.SpendText(text.Length + (chars?.Length ?? 0));
        var start = 0;
        var end = text.Length;
        while (left && start < end && Strips(text, start, set, out var width)) start += width;
        while (right && end > start)
        {
            var last = end > start + 1 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]) ? end - 2 : end - 1;
            if (!Strips(text, last, set, out _)) break;
            end = last;
        }

        return text[start..end];
    }

    private static bool Strips(string text, int i, HashSet<Rune>? set, out int width)
    {
        width = PythonText.Width(text, i);
        return set is null ? PythonText.IsSpace(text[i]) : set.Contains(Rune.TryGetRuneAt(text, i, out var rune) ? rune : Rune.ReplacementChar);
    }

    /// <summary>The parts between separators, or between runs of white space where there is no separator; at most <paramref name="most"/> cuts, -1 for all.</summary>
    public static JinjaList Split(JinjaRun run, string text, string? separator, int most, bool fromRight)
    {
        if (separator?.Length == 0) throw new JinjaException("empty separator");
        run.Budget.SpendSearch(text.Length, separator?.Length ?? 1);
        run.Budget.Spend(Math.Min(most < 0 ? int.MaxValue : most, separator is null ? CountWords(text) : text.AsSpan().Count(separator)));
        if (most < 0) most = int.MaxValue;
        var parts = separator is null ? (fromRight ? WordsFromRight(text, most) : Words(text, most)) : Pieces(text, separator, most, fromRight);
        if (fromRight) parts.Reverse();
        return Texts(run, parts);
    }

    private static int CountWords(string text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!PythonText.IsSpace(text[i]) && (i == 0 || PythonText.IsSpace(text[i - 1]))) count++;
        }

        return count;
    }

    private static List<string> Pieces(string text, string separator, int most, bool fromRight)
    {
        var parts = new List<string>();
        if (fromRight)
        {
            var end = text.Length;
            while (parts.Count < most && text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and var at)
            {
                parts.Add(text[(at + separator.Length)..end]);
                end = at;
            }

            parts.Add(text[..end]);
            return parts;
        }

        var start = 0;
        while (parts.Count < most && text.IndexOf(separator, start, StringComparison.Ordinal) is >= 0 and var at)
        {
            parts.Add(text[start..at]);
            start = at + separator.Length;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static List<string> Words(string text, int most)
    {
        var parts = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (PythonText.IsSpace(text[i]))
            {
                i++;
                continue;
            }

            var end = i;
            if (parts.Count == most)
            {
                end = text.Length;
                while (PythonText.IsSpace(text[end - 1])) end--;
                parts.Add(text[i..end]);
                break;
            }

            while (end < text.Length && !PythonText.IsSpace(text[end])) end++;
            parts.Add(text[i..end]);
            i = end;
        }

        return parts;
    }

    private static List<string> WordsFromRight(string text, int most)
    {
        var parts = new List<string>();
        for (var i = text.Length; i > 0;)
        {
            if (PythonText.IsSpace(text[i - 1]))
            {
                i--;
                continue;
            }

            var start = i;
            if (parts.Count == most)
            {
                start = 0;
                while (PythonText.IsSpace(text[start])) start++;
                parts.Add(text[start..i]);
                break;
            }

            while (start > 0 && !PythonText.IsSpace(text[start - 1])) start--;
            parts.Add(text[start..i]);
            i = start;
        }

        return parts;
    }

    public static string Replace(JinjaRun run, string text, string old, string with, int most)
    {
        if (most < 0) most = int.MaxValue;
        run.Budget.SpendSearch(text.Length, old.Length);
        var writer = run.Write();
        var start = 0;
        if (old.Length == 0)
        {
            for (var done = 0; done < most && start <= text.Length; done++)
            {
                writer.Append(with);
                if (start == text.Length) return writer.ToString();
                var width = PythonText.Width(text, start);
                writer.Append(text.Substring(start, width));
                start += width;
            }

            return writer.Append(text[start..]).ToString();
        }

        for (var done = 0; done < most && text.IndexOf(old, start, StringComparison.Ordinal) is >= 0 and var at; done++)
        {
            run.Budget.Spend(1);
            writer.Append(text[start..at]).Append(with);
            start = at + old.Length;
        }

        return start == 0 ? text : writer.Append(text[start..]).ToString();
    }

    public static int Count(JinjaRun run, string text, string part)
    {
        if (part.Length == 0) return PythonText.Length(text) + 1;
        run.Budget.SpendSearch(text.Length, part.Length);
        return text.AsSpan().Count(part);
    }

    /// <summary>Fills up to a width: text to the left (&lt;), right (&gt;) or middle (^). <c>str.center</c> puts the odd one elsewhere than format's ^.</summary>
    public static string Pad(JinjaRun run, string text, int width, string fill, char align, bool center = false)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0) return text;
        var left = align switch { '<' => 0, '>' => missing, _ => center ? (missing / 2) + (missing & width & 1) : missing / 2 };
        return run.Write().Append(fill, left).Append(text).Append(fill, missing - left).ToString();
    }

    public static string ZeroFill(JinjaRun run, string text, int width)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0) return text;
        var signs = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        return run.Write().Append(text[..signs]).Append("0", missing).Append(text[signs..]).ToString();
    }

    public static string ExpandTabs(JinjaRun run, string text, int size)
    {
        var writer = run.Write();
        var column = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\t')
            {
                if (size > 0)
                {
                    writer.Append(" ", size - (column % size));
                    column += size - (column % size);
                }
            }
            else
            {
                writer.Append(text[i]);
                column = text[i] is '\n' or '\r' ? 0 : char.IsLowSurrogate(text[i]) ? column : column + 1;
            }
        }

        return writer.ToString();
    }

    public static JinjaBytes Encode(JinjaRun run, string text, string encoding)
    {
        run.Budget.SpendText(text.Length * 2L);
        switch (encoding.ToLowerInvariant().Replace('_', '-'))
        {
            case "utf-8" or "utf8": return new JinjaBytes(Encoding.UTF8.GetBytes(text));
            case "ascii" when Ascii.IsValid(text): return new JinjaBytes(Encoding.ASCII.GetBytes(text));
            case "latin-1" or "iso-8859-1" when text.All(c => c < 256): return new JinjaBytes(Encoding.Latin1.GetBytes(text));
            case "ascii" or "latin-1" or "iso-8859-1": throw new JinjaException($"'{encoding}' codec can't encode the text");
            default: throw new JinjaException($"unknown encoding: {encoding}");
        }
    }

    /// <summary>Whether the text has characters and the test holds at each.</summary>
    public static bool All(string text, Func<string, int, bool> test)
    {
        for (var i = 0; i < text.Length; i += PythonText.Width(text, i))
        {
            if (!test(text, i)) return false;
        }

        return text.Length > 0;
    }

    public static bool IsAlpha(string text, int i) => PythonText.Category(text, i) <= UnicodeCategory.OtherLetter;

    public static bool IsDecimal(string text, int i) => PythonText.Category(text, i) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>Decimal digits, and those like superscripts that have a digit's value.</summary>
    public static bool IsDigit(string text, int i) => IsDecimal(text, i) || (CharUnicodeInfo.GetDigitValue(text, i) >= 0);

    public static bool IsNumeric(string text, int i) => CharUnicodeInfo.GetNumericValue(text, i) >= 0 || PythonText.Category(text, i) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    public static bool IsUpper(string text) => HasCase(text, UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter);

    public static bool IsLower(string text) => HasCase(text, UnicodeCategory.LowercaseLetter, UnicodeCategory.UppercaseLetter);

    private static bool HasCase(string text, UnicodeCategory wanted, UnicodeCategory other)
    {
        var any = false;
        for (var i = 0; i < text.Length; i += PythonText.Width(text, i))
        {
            var category = PythonText.Category(text, i);
            if (category == other || category == UnicodeCategory.TitlecaseLetter) return false;
            any |= category == wanted;
        }

        return any;
    }

    public static bool IsTitle(string text)
    {
        var any = false;
        var inside = false;
        for (var i = 0; i < text.Length; i += PythonText.Width(text, i))
        {
            var category = PythonText.Category(text, i);
            var starts = category is UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;
            if ((starts && inside) || (category == UnicodeCategory.LowercaseLetter && !inside)) return false;
            inside = starts || category == UnicodeCategory.LowercaseLetter;
            any |= inside;
        }

        return any;
    }
}
