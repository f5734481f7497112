using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>Where sentences and blocks of a text end. A full stop inside a number, a formula or an abbreviation ends nothing.</summary>
internal static partial class Sentences
{
    /// <summary>At the sign that ends the sentence, at the end of its line, or after <see cref="Formulas.Longest"/> characters.</summary>
    public static int End(string text, int at)
    {
        var limit = Math.Min(text.Length, at + Formulas.Longest);
        for (var i = at; i < limit; i++)
        {
            if (text[i] == '\n' || text[i] is '。' or '！' or '？') return i;
            if (Formulas.EndAt(text, i) is var formula and > 0) i = formula - 1;
            else if (text[i] is '.' or '!' or '?' && IsStop(text, i, at)) return i;
        }

        return limit;
    }

    /// <summary>The end of the line, or of the displayed formula that goes beyond it.</summary>
    public static int BlockEnd(string text, int at)
    {
        var limit = Math.Min(text.Length, at + Formulas.Longest);
        for (var i = at; i < limit; i++)
        {
            if (text[i] == '\n') return i;
            if (Formulas.EndAt(text, i) is var formula and > 0) i = formula - 1;
            else if (Begin().Match(text, i, Math.Min(20, text.Length - i)) is { Success: true, Index: var begin } && begin == i)
            {
                var end = text.IndexOf(@"\end{", i, limit - i, StringComparison.Ordinal);
                if (end > 0) i = end;
            }
        }

        return limit;
    }

    /// <summary>Where the sentence begins that holds this place, at most 300 characters before it.</summary>
    public static int Start(string text, int at)
    {
        var first = Math.Max(0, at - 300);
        for (var i = at - 1; i >= first; i--)
        {
            if (text[i] == '\n' || text[i] is '。' or '！' or '？') return i + 1;
            if (text[i] is '.' or '!' or '?' && IsStop(text, i, first)) return i + 1;
        }

        return first;
    }

    /// <summary>Behind the spaces and the closing marks at this place.</summary>
    public static int SkipClosers(string text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '`' or '*' or '"' or '”' or '’' or '」' or '}' || (text[at] == '$' && (at + 1 >= text.Length || !char.IsAsciiDigit(text[at + 1])) && Formulas.EndAt(text, at) == 0)) at++;
            else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is ')' or ']' or ',' or ';' or ' ') at += 2;
            else break;
        }

        return at;
    }

    /// <summary>Whether nothing but spaces, closing marks and a full stop stands between two places.</summary>
    public static bool IsBlank(string text, int at, int end)
    {
        at = SkipClosers(text, at);
        while (at < end && text[at] is '.' or ',' or ';' or '。' or ' ' or '\t' or '$') at++;
        return at >= end;
    }

    private static bool IsStop(string text, int i, int start)
    {
        var next = i + 1;
        while (next < text.Length && text[next] is '*' or '"' or '”' or ')' or '`' or '_' or '$') next++;
        if (next < text.Length && !char.IsWhiteSpace(text[next]) && text[next] != '<' && text[next] != '\\') return false;
        if (text[i] != '.') return true;
        var word = i;
        while (word > start && (char.IsLetter(text[word - 1]) || text[word - 1] == '.')) word--;
        var name = text[word..i];
        while (next < text.Length && text[next] == ' ') next++;
        var lower = next < text.Length && char.IsLower(text[next]);
        return !(Always().IsMatch(name) && next < text.Length && text[next] != '\n') && !(lower && (name.Contains('.', StringComparison.Ordinal) || Often().IsMatch(name)));
    }

    /// <summary>Abbreviations that a sentence does not end with.</summary>
    [GeneratedRegex("^(St|Dr|Mr|Mrs|Ms|Prof|Mt|vs|approx|e\\.g|i\\.e|cf|Rs|No|Fig|Eq|Ans)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Always();

    /// <summary>Abbreviations behind which a sentence goes on if a small letter follows.</summary>
    [GeneratedRegex("^(sq|ft|in|hrs?|mins?|lbs?|oz|cu|etc|Jr|Sr|Inc)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Often();

    [GeneratedRegex(@"\G\\begin\{", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Begin();
}
