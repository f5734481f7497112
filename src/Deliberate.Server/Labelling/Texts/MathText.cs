using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>
/// Takes formulas out of a text before Markdown could read their backslashes and underscores, and puts them back as elements that the
/// page sets with KaTeX: <c>$…$</c>, <c>$$…$$</c>, <c>\(…\)</c>, <c>\[…\]</c> and environments. What stays is escaped so that it is neither
/// a link nor HTML. In time linear in the text: what is not closed within reach is looked for no further.
/// </summary>
internal sealed partial class MathText
{
    /// <summary>Longer ones are shown as they were written.</summary>
    public const int LongestFormula = 4000;

    /// <summary>Of the formulas' places, characters that no text has a use for.</summary>
    private const char Open = '\uE000', Close = '\uE001';

    private readonly List<(string Source, bool IsDisplayed)> _formulas = [];

    private MathText(string marked) => Marked = marked;

    /// <summary>The text for Markdown, a mark in the place of each formula.</summary>
    public string Marked { get; private set; }

    public static MathText Take(string text)
    {
        var taken = new MathText("");
        taken.Marked = taken.Mark(text);
        return taken;
    }

    /// <summary>The HTML with the formulas in the marks' places.</summary>
    public string Return(string html) => Place().Replace(html, match =>
    {
        var (source, isDisplayed) = _formulas[int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)];
        var escaped = SafeText.Escape(source, int.MaxValue);
        return source.Length > LongestFormula ? $"<code class=\"as-written\">{escaped}</code>" : isDisplayed ? $"<span class=\"tex\" data-displayed=\"true\">{escaped}</span>" : $"<span class=\"tex\">{escaped}</span>";
    });

    /// <summary>Text that is shown as it is.</summary>
    private static void Escaped(StringBuilder to, char c)
    {
        if (c is '[' or '<') to.Append('\\');
        if (c is not (Open or Close)) to.Append(c);
    }

    private string Mark(string text)
    {
        var marked = new StringBuilder(text.Length + 64);
        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            if (c == '`')
            {
                at = Code(text, at, marked);
                continue;
            }

            if (Formula(text, at) is { Length: > 0 } found)
            {
                _formulas.Add((found.Source, found.IsDisplayed));
                marked.Append(Open).Append(CultureInfo.InvariantCulture, $"{_formulas.Count - 1}").Append(Close);
                at += found.Length;
                continue;
            }

            if (c == '\\' && at + 1 < text.Length)
            {
                // \$ is a dollar; of anything else the backslash is the writer's.
                if (text[at + 1] is '$') marked.Append('$');
                else if (text[at + 1] is '\n' or '\r') marked.Append(text[at + 1]);
                else
                {
                    marked.Append("\\\\");
                    at++;
                    continue;
                }

                at += 2;
                continue;
            }

            Escaped(marked, c);
            at++;
        }

        return marked.ToString();
    }

    /// <summary>Code between as many backticks as opened it, as it is; backticks that nothing closes are signs like others.</summary>
    private static int Code(string text, int at, StringBuilder marked)
    {
        var end = at;
        while (end < text.Length && text[end] == '`') end++;
        var fence = text[at..end];
        var close = end - at > 100 ? -1 : text.IndexOf(fence, end, Math.Min(text.Length - end, 20_000), StringComparison.Ordinal);
        if (close < 0)
        {
            foreach (var _ in fence) marked.Append("\\`");
            return end;
        }

        marked.Append(text, at, close + fence.Length - at);
        return close + fence.Length;
    }

    private static (string Source, bool IsDisplayed, int Length) Formula(string text, int at)
    {
        var rest = text.AsSpan(at, Math.Min(text.Length - at, 4 * LongestFormula));
        if (rest.StartsWith("$$")) return Between(rest, 2, "$$", isDisplayed: true);
        if (rest[0] == '$') return Dollar(rest);
        if (rest.StartsWith("\\(")) return Between(rest, 2, "\\)", isDisplayed: false);
        if (rest.StartsWith("\\[")) return Between(rest, 2, "\\]", isDisplayed: true);
        if (!rest.StartsWith("\\begin{")) return default;
        var brace = rest.IndexOf('}');
        if (brace is < 8 or > 30) return default;
        var closing = $"\\end{{{rest[7..brace]}}}";
        var end = rest.IndexOf(closing);
        return end < 0 ? default : (rest[..(end + closing.Length)].ToString(), true, end + closing.Length);
    }

    private static (string Source, bool IsDisplayed, int Length) Between(ReadOnlySpan<char> rest, int skip, string closing, bool isDisplayed)
    {
        var end = rest[skip..].IndexOf(closing);
        return end <= 0 || rest.Slice(skip, end).Trim().IsEmpty ? default : (rest.Slice(skip, end).Trim().ToString(), isDisplayed, skip + end + closing.Length);
    }

    /// <summary>A formula and not money: nothing white behind the first dollar or before the second, no digit behind that, no empty line between.</summary>
    private static (string Source, bool IsDisplayed, int Length) Dollar(ReadOnlySpan<char> rest)
    {
        if (rest.Length < 3 || char.IsWhiteSpace(rest[1])) return default;
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '\\') i++;
            else if (rest[i] == '\n' && i + 1 < rest.Length && rest[i + 1] == '\n') return default;
            else if (rest[i] == '$' && !char.IsWhiteSpace(rest[i - 1]) && i > 1 && !(i + 1 < rest.Length && char.IsAsciiDigit(rest[i + 1]))) return (rest[1..i].ToString(), false, i + 1);
        }

        return default;
    }

    [GeneratedRegex("\uE000(?<number>[0-9]+)\uE001", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Place();
}
