using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// The unit or the counted noun behind a number in running text: <c>5 square feet</c>, <c>42%</c>, <c>60 km/h</c>, <c>18 eggs per
/// day</c>, <c>3:30 p.m.</c>. It ends before the sentence goes on ("5 apples in the basket"), and words that add nothing
/// ("left", "in total") are not part of it.
/// </summary>
internal static partial class AnswerUnit
{
    private const int MostWords = 3;

    public static (string Text, int End) Read(string text, int at, int limit)
    {
        if (Ratio().Match(text, at, limit - at) is { Success: true } ratio) return (ratio.Value, at + ratio.Length);
        var sign = Sign().Match(text, at, limit - at);
        if (sign.Success) return (sign.Value, at + sign.Length);
        var (kept, end, words) = ("", at, 0);
        while (words < MostWords && Word().Match(text, end, limit - end) is { Success: true } match)
        {
            var word = match.Groups["word"].Value;
            var per = string.Equals(word, "per", StringComparison.OrdinalIgnoreCase) && words > 0;
            if (!per && (AnswerWords.Explains(word) || AnswerWords.IsRemark(word)) && !AnswerWords.IsTrailing(word) && !(word == "in" && EndsClause().IsMatch(text.AsSpan(0, limit), end + match.Length))) break;
            if (char.IsAsciiLetterUpper(word[0]) && !MathUnits.IsUnitWord(word) && word.Length > 4) break;
            end += match.Length;
            if (AnswerWords.IsTrailing(word)) continue;
            kept += match.Value;
            words++;
        }

        return (kept.TrimEnd(), end);
    }

    [GeneratedRegex(@"\G\s{0,2}($|[.,;)])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EndsClause();

    /// <summary>A share or a chance: <c>3 out of 5</c>, <c>1 in 8</c>.</summary>
    [GeneratedRegex(@"\G\s+(out of( every)?\s+\d[\d,]*|in( every)?\s+\d[\d,]*(?=[.;]?\s*($|\n)))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ratio();

    [GeneratedRegex(@"\G\s?(\\?%|°\s?[CF]?\b|\^\s?\{?\\circ\}?\s?[CF]?\b|°)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sign();

    [GeneratedRegex(@"\G[ \t]?(?<word>[ap]\.m\.|(sq|ft|hrs?|mins?|lbs?|oz|cu)\.(?=\s[a-z])|\p{L}[\p{L}'’]*(-[a-z]+)*)([²³]|\^\{?[23]\}?|(\s?/\s?[a-zA-Z]{1,10}([²³]|\^\{?[23]\}?)?))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();
}
