using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// A completion without the dressing of Markdown and HTML, so that <c>**Answer**: 7</c> reads as <c>Answer: 7</c>: emphasis, tags,
/// marks of quotation and lines of fences are gone, and programs in fences with them. Formulas, boxes and code spans stay as they
/// are (<c>2**3</c> is a power, <c>x_1</c> an index), and so do headings, lists and tables, which say where something stands.
/// </summary>
internal static partial class PlainText
{
    /// <summary>Languages of fences whose text may still be an answer.</summary>
    private static readonly HashSet<string> Prose = new(StringComparer.OrdinalIgnoreCase) { "", "text", "txt", "plain", "plaintext", "markdown", "md", "math", "latex", "tex", "json", "answer", "output" };

    public static string Of(string text)
    {
        var lines = WithoutFences(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'));
        return WithoutEmphasis(Tag().Replace(lines, m => m.Value.StartsWith("<br", StringComparison.OrdinalIgnoreCase) ? "\n" : ""));
    }

    private static string WithoutFences(string text)
    {
        if (!text.Contains("```", StringComparison.Ordinal) && !text.Contains('>', StringComparison.Ordinal)) return text;
        var kept = new StringBuilder(text.Length);
        bool inside = false, dropped = false;
        foreach (var line in text.Split('\n'))
        {
            var bare = line.AsSpan().TrimStart();
            if (bare.StartsWith("```"))
            {
                var language = bare.TrimStart('`').Trim();

                // A fence that opens and closes in its line is a code span.
                if (!language.Contains("```", StringComparison.Ordinal))
                {
                    dropped = !inside && !Prose.Contains(language.ToString());
                    inside = !inside;
                    kept.Append('\n');
                    continue;
                }
            }

            if (!(inside && dropped)) kept.Append(bare.StartsWith("> ") ? bare[2..] : line);
            kept.Append('\n');
        }

        return kept.ToString(0, Math.Max(0, kept.Length - 1));
    }

    private static string WithoutEmphasis(string text)
    {
        if (text.AsSpan().IndexOfAny('*', '_') < 0) return text;
        var plain = new StringBuilder(text.Length);
        var italic = -1;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '\n' && at + 1 < text.Length && text[at + 1] == '\n') italic = -1;
            if (Formulas.EndAt(text, at) is var end and > 0)
            {
                plain.Append(text, at, end - at);
                at = end;
                continue;
            }

            if (text[at] is not ('*' or '_'))
            {
                plain.Append(text[at++]);
                continue;
            }

            var run = at;
            while (run < text.Length && text[run] == text[at]) run++;
            var (before, after) = (at == 0 ? ' ' : text[at - 1], run == text.Length ? ' ' : text[run]);
            var count = run - at;

            // Two underscores are no index, two stars may be a power.
            var opens = !char.IsWhiteSpace(after) && !IsOperand(before, ')', ']', text[at] == '_' && count == 2 ? ')' : '}');
            var closes = !char.IsWhiteSpace(before) && !IsOperand(after, '(', '[', '{');
            if (before == '\\' || (!opens && !closes) || (text[at] == '_' && count == 2 && IsName(text, at, run))) plain.Append(text, at, count);
            else if (count is 1 or 3 && closes && italic >= 0 && plain[italic] == text[at])
            {
                plain.Remove(italic, 1);
                italic = -1;
            }
            else if (count == 1)
            {
                if (opens) italic = plain.Length;
                plain.Append(text[at]);
            }

            at = run;
        }

        return plain.ToString();
    }

    private static bool IsOperand(char c, char a, char b, char d) => char.IsAsciiLetterOrDigit(c) || c == a || c == b || c == d;

    /// <summary>Whether the underscores belong to one identifier, such as <c>__init__</c>.</summary>
    private static bool IsName(string text, int at, int run)
    {
        int left = at, right = run;
        while (left > 0 && (char.IsAsciiLetterOrDigit(text[left - 1]) || text[left - 1] == '_')) left--;
        while (right < text.Length && (char.IsAsciiLetterOrDigit(text[right]) || text[right] == '_')) right++;
        var word = text.AsSpan(left, right - left).Trim('_');
        return word.Length > 1 && !word.ContainsAnyExcept(Letters) && text.AsSpan(left, right - left).StartsWith("__") && text.AsSpan(left, right - left).EndsWith("__");
    }

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    [GeneratedRegex(@"</?(b|i|u|strong|em|span|p|br|center|div|mark|code|h[1-6])(\s[^<>\n]{0,100})?/?>", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();
}
