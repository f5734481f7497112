namespace Deliberate.Reasoning;

/// <summary>
/// Where a formula, a box or a code span ends. A dollar sign opens a formula only if a closing one follows in its paragraph, both
/// with room on their inner sides or both without, and no digit behind the closing one: <c>$70,000. He made $50 more</c> is money
/// twice. Every search is bounded by <see cref="Longest"/>.
/// </summary>
internal static class Formulas
{
    public const int Longest = 2_000;

    /// <summary>Behind the formula that begins at this place; 0 where none does.</summary>
    public static int EndAt(string text, int at) => Inner(text, at) is { } inner ? inner.End : 0;

    /// <summary>What stands between the marks of the formula that begins here, and the place behind it.</summary>
    public static (string Text, int End)? Inner(string text, int at)
    {
        if (text[at] == '$') return Dollars(text, at);
        if (text[at] == '`') return Code(text, at);
        if (text[at] != '\\' || at + 1 >= text.Length) return null;
        if (text[at + 1] is '(' or '[') return Delimited(text, at + 2, text[at + 1] == '(' ? @"\)" : @"\]");
        return AnswerBoxes.NameAt(text, at) is var name and > 0 ? AnswerBoxes.Content(text, at + name) : null;
    }

    /// <summary>Behind the brace that closes the one at this place; 0 where it stays open.</summary>
    public static int BraceEnd(string text, int at)
    {
        var depth = 0;
        var last = Math.Min(text.Length, at + Longest);
        for (var i = at; i < last; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return i + 1;
        }

        return 0;
    }

    private static (string Text, int End)? Delimited(string text, int from, string close)
    {
        var end = text.IndexOf(close, from, Math.Min(text.Length - from, Longest), StringComparison.Ordinal);
        return end < 0 ? null : (text[from..end].Trim(), end + close.Length);
    }

    private static (string Text, int End)? Code(string text, int at)
    {
        var run = at;
        while (run < text.Length && text[run] == '`') run++;
        var marks = text[at..run];
        var line = text.IndexOf('\n', run);
        var limit = Math.Min(line < 0 ? text.Length : line, run + Longest);
        var end = run < limit ? text.IndexOf(marks, run, limit - run, StringComparison.Ordinal) : -1;
        return end <= run ? null : (text[run..end].Trim(), end + marks.Length);
    }

    private static (string Text, int End)? Dollars(string text, int at)
    {
        if (IsEscaped(text, at)) return null;
        if (at + 1 < text.Length && text[at + 1] == '$') return Delimited(text, at + 2, "$$") is { Text.Length: > 0 } display ? display : null;
        if (at + 1 >= text.Length || text[at + 1] == '\n') return null;
        var spaced = text[at + 1] == ' ';
        var limit = Math.Min(text.Length, at + Longest);
        for (var i = at + 1; i < limit; i++)
        {
            if (text[i] == '\n' && (i + 1 >= text.Length || text[i + 1] == '\n')) return null;
            if (text[i] != '$' || IsEscaped(text, i)) continue;

            // A first dollar sign that cannot close means that the opening one was money.
            var closes = (text[i - 1] == ' ') == spaced && i > at + 1 && (i + 1 >= text.Length || !char.IsAsciiDigit(text[i + 1]));
            return closes && !IsMoney(text.AsSpan(at + 1, i - at - 1)) ? (text[(at + 1)..i].Trim(), i + 1) : null;
        }

        return null;
    }

    /// <summary>Whether what stands between two dollar signs is an amount and then plain words.</summary>
    private static bool IsMoney(ReadOnlySpan<char> between)
    {
        var number = 0;
        while (number < between.Length && (char.IsAsciiDigit(between[number]) || between[number] is ',' or '.')) number++;
        if (number == 0 || number == between.Length) return false;
        if (between.IndexOf('\\') is var command and >= 0) between = between[..command];
        if (number >= between.Length) return false;
        var words = 0;
        foreach (var part in between[number..].Split(' '))
        {
            var word = between[number..][part].Trim(",.;:()");
            if (word.Length > 1 && !word.ContainsAnyExceptInRange('a', 'z')) words++;
        }

        return words > 1 || (words > 0 && between.Contains(". ", StringComparison.Ordinal));
    }

    private static bool IsEscaped(string text, int at) => at > 0 && text[at - 1] == '\\' && (at < 2 || text[at - 2] != '\\');
}
