using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// What is around an answer and has no value: colours, sizes and fonts, room, boxes of TeX's, tick marks, Markdown's stars and
/// backticks, quotes, HTML's tags, an equals sign before the first value.
/// </summary>
internal static partial class MathDressing
{
    /// <summary>Commands that go, each with the number of arguments that go with it; what other arguments they have stays.</summary>
    private static readonly Dictionary<string, int> Commands = BuildCommands();

    /// <summary>Of <see cref="Commands"/>: only an argument in square brackets goes.</summary>
    private const int OptionalOnly = -1;

    /// <summary>Environments that only lay lines out.</summary>
    private static readonly HashSet<string> Layouts = new(StringComparer.Ordinal)
    {
        "equation", "align", "aligned", "alignat", "gather", "gathered", "split", "multline", "eqnarray", "displaymath", "math", "center", "flalign",
    };

    /// <summary>The text without commands that have no value. Linear in its length.</summary>
    public static string WithoutCommands(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '\\' || i + 1 >= text.Length || !char.IsAsciiLetter(text[i + 1]))
            {
                // A backslash takes the character behind it along: \\left is a line break and a word.
                var length = text[i] == '\\' && i + 1 < text.Length ? 2 : 1;
                result.Append(text, i, length);
                i += length;
                continue;
            }

            var end = i + 1;
            while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            var name = text[(i + 1)..end];
            if (name is "begin" or "end" && Layout(text, end) is { } layout)
            {
                result.Append(' ');
                i = layout;
            }
            else if (Commands.TryGetValue(name, out var arguments) && After(text, end, arguments) is { } after)
            {
                i = after;
                if (arguments == 0) while (i < text.Length && text[i] == ' ') i++;
            }
            else
            {
                result.Append(text, i, end - i);
                i = end;
            }
        }

        return result.ToString();
    }

    /// <summary>Markdown's emphasis and code, quotes and HTML's tags taken away, inside and around.</summary>
    public static string WithoutMarks(string text)
    {
        if (text.Contains('<', StringComparison.Ordinal)) text = Tag().Replace(Raised().Replace(text, m => (m.Groups["kind"].Value is "sup" or "SUP" ? "^{" : "_{") + m.Groups["inside"].Value + "}"), "");
        text = Bold().Replace(text, "${inside}");
        while (true)
        {
            text = text.Trim();
            if (text.Length < 2) return text;
            var inside = text[0] == text[^1] && text[0] is '*' or '_' or '`' or '"' or '\'' ? text[1..^1] : text[0] == '«' && text[^1] == '»' ? text[1..^1] : null;
            if (inside is null || (inside.Length > 0 && inside.Trim(text[0]).Contains(text[0], StringComparison.Ordinal))) return text;
            text = inside;
        }
    }

    /// <summary>What only leads to the answer: an equals sign, a colon, "therefore"; and tick marks behind it.</summary>
    public static string WithoutEdges(string text) => Trailing().Replace(Leading().Replace(text, ""), "");

    private static Dictionary<string, int> BuildCommands()
    {
        var table = new Dictionary<string, int>(StringComparer.Ordinal);
        const string Bare = """
            tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge displaystyle textstyle scriptstyle scriptscriptstyle
            bf it rm sf tt sc bfseries itshape rmfamily upshape sffamily ttfamily mdseries boldmath unboldmath normalfont em limits nolimits
            left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl Biggr Biggm
            hfill noindent centering newline linebreak par null relax strut mathstrut nonumber notag allowbreak nobreak protect
            ensuremath mathord mathop mathbin mathrel mathopen mathclose mathinner mathpunct smash mathchoice
            """;
        foreach (var name in Bare.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) table[name] = 0;
        foreach (var name in (string[])["color", "textcolor", "colorbox", "hspace", "vspace", "phantom", "hphantom", "vphantom", "label", "tag", "href", "scalebox", "raisebox", "class", "cssId", "style", "enclose", "mspace", "htmlClass", "htmlStyle"]) table[name] = 1;
        foreach (var name in (string[])["bbox", "makebox", "framebox"]) table[name] = OptionalOnly;
        foreach (var name in (string[])["fcolorbox", "resizebox", "rule"]) table[name] = 2;
        return table;
    }

    /// <summary>The place behind so many arguments, optional ones in square brackets beside; null where one is missing.</summary>
    private static int? After(string text, int at, int arguments)
    {
        if (arguments == 0) return at;
        if (at < text.Length && text[at] == '*') at++;
        if (arguments == OptionalOnly) return at < text.Length && text[at] == '[' ? text.IndexOf(']', at) is var close and > 0 ? close + 1 : null : at;
        for (var taken = 0; taken < arguments; taken++)
        {
            while (at < text.Length && text[at] == ' ') at++;
            if (at < text.Length && text[at] == '[')
            {
                at = text.IndexOf(']', at) + 1;
                if (at == 0) return null;
                while (at < text.Length && text[at] == ' ') at++;
            }

            if (at >= text.Length || text[at] != '{') return null;
            var depth = 0;
            for (; at < text.Length; at++)
            {
                if (text[at] == '\\') at++;
                else if (text[at] == '{') depth++;
                else if (text[at] == '}' && --depth == 0) break;
            }

            if (at++ >= text.Length) return null;
        }

        return at;
    }

    /// <summary>The place behind the name of an environment that only lays out; null for any other.</summary>
    private static int? Layout(string text, int at)
    {
        if (at >= text.Length || text[at] != '{') return null;
        var close = text.IndexOf('}', at);
        return close > 0 && Layouts.Contains(text[(at + 1)..close].TrimEnd('*')) ? close + 1 : null;
    }

    [GeneratedRegex(@"</?(?:b|i|em|strong|u|code|span|p|div|center|mark|tt|small|big)(?:\s[^<>]{0,200})?/?>|<br\s*/?>", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"<(?<kind>sup|sub)>(?<inside>[^<>{}]{1,100})</\k<kind>>", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Raised();

    /// <summary>Two stars or underscores around something, not the sign of a power.</summary>
    [GeneratedRegex(@"(?<![\w)}\]*])(?<mark>\*\*|__)(?=[^\s*_])(?<inside>[^*\n]{0,500}?)(?<=[^\s*_])\k<mark>(?![\w({\[*])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bold();

    [GeneratedRegex(@"^(?:\s|=(?!=)|:|\\(?:therefore|Rightarrow|Longrightarrow|implies|iff|to|checkmark)(?![a-zA-Z]))+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Leading();

    [GeneratedRegex(@"(?:\s|\\(?:checkmark|blacksquare|square|Box|qed|qedsymbol)(?![a-zA-Z]))+$", RegexOptions.CultureInvariant | RegexOptions.RightToLeft, 1000)]
    private static partial Regex Trailing();
}
