using System.Net;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// An answer's text made plain before it is read: <see cref="MathSigns"/>, <see cref="MathDressing"/>, delimiters and spacing gone,
/// one spelling of fractions. Null for what cannot be a written answer, or has more than <see cref="LongestAnswer"/> characters.
/// </summary>
internal static partial class MathText
{
    public const int LongestAnswer = 2_000;

    public static string? Clean(string text)
    {
        if (text.Length > LongestAnswer || MathSigns.Plain(Entity().IsMatch(text) ? WebUtility.HtmlDecode(text) : text) is not { } plain) return null;
        var clean = Spacing().Replace(MathDressing.WithoutMarks(plain), " ");
        clean = Tightening().Replace(clean, "");
        clean = MathDressing.WithoutCommands(clean);
        clean = Fractions().Replace(clean, @"\frac");
        clean = WithoutDollars(clean.Replace("{,}", ",", StringComparison.Ordinal));
        clean = clean.Replace(@"\%", "%", StringComparison.Ordinal).Replace(@"\&", " and ", StringComparison.Ordinal).Replace("**", "^", StringComparison.Ordinal);
        clean = Unequal().Replace(clean, @"\ne ");
        clean = HalfOfDay().Replace(clean, "${half}m");
        clean = Grouped().Replace(clean, m => m.Value.Replace(" ", "", StringComparison.Ordinal));
        if (!clean.Contains(@"\begin", StringComparison.Ordinal)) clean = WithoutAlignment(clean);
        string before;
        do
        {
            before = clean;
            clean = MathDressing.WithoutMarks(MathDressing.WithoutEdges(clean));
            if (clean.EndsWith('.') || clean.EndsWith(',') || clean.EndsWith(';') || clean.EndsWith(':')) clean = clean[..^1];
            if (clean.EndsWith('\\')) clean = clean[..^1];
        }
        while (clean != before);
        return clean;
    }

    /// <summary>The text with commas between groups of digits taken out, of three digits or as in India; the same where there are none.</summary>
    public static string WithoutThousands(string clean) => Thousands().Replace(clean, m => m.Value.Replace(",", "", StringComparison.Ordinal));

    /// <summary>Dollar signs that set a formula go; one that is escaped, or alone beside a number, is money.</summary>
    private static string WithoutDollars(string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        text = text.Replace(@"\$", @"\dollar ", StringComparison.Ordinal);
        if (text.Count(c => c == '$') % 2 == 1) text = Money().Replace(text, m => m.Groups["before"].Value + @"\dollar " + m.Groups["after"].Value, 1);
        return text.Replace("$", "", StringComparison.Ordinal);
    }

    /// <summary>Lines of a displayed formula: one that begins with a relation goes on with the line before, others are several answers.</summary>
    private static string WithoutAlignment(string text)
    {
        text = text.Replace('&', ' ');
        return text.Contains(@"\\", StringComparison.Ordinal) ? LineBreak().Replace(text.TrimEnd('\\', ' '), m => m.Groups["relation"].Success ? " " + m.Groups["relation"].Value : ", ") : text;
    }

    /// <summary>HTML's names of characters.</summary>
    [GeneratedRegex(@"&[a-zA-Z]{2,8}\d{0,2};", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Entity();

    /// <summary>Commands that only make room.</summary>
    [GeneratedRegex(@"(?<!\\)\\(?:[,;:>/\s]|(?:q?quad|enspace|enskip|thinspace|medspace|thickspace|space|nobreakspace|negthinspace|negmedspace|negthickspace)(?![a-zA-Z]))|~|\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spacing();

    [GeneratedRegex(@"(?<!\\)\\(?:! *|(?:left|right)\s*\.|[()\[\]])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tightening();

    [GeneratedRegex(@"\\(?:[dtcx]frac|nicefrac|sfrac|flatfrac)(?![a-zA-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Fractions();

    [GeneratedRegex(@"\\not\s*(?:=|\\(?:approx|equiv|cong|sim)(?![a-zA-Z]))|=\s*[/\\]\s*=|<>|\\n(?:eqq|approx|cong|sim)(?![a-zA-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Unequal();

    [GeneratedRegex(@"(?<=\d\s?)(?<half>[ap])\.\s?m\.?(?![a-z])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HalfOfDay();

    [GeneratedRegex(@"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d| \d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?!\d|,\d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Thousands();

    [GeneratedRegex(@"(?<before>^\s*[-+]?\s*)\$(?<after>\s*[-+]?[\d.])|(?<before>\d\s*)\$(?<after>\s*$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Money();

    [GeneratedRegex(@"\\\\\s*(?<relation>=|\\approx(?![a-zA-Z]))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LineBreak();
}
