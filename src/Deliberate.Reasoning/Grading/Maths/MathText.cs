using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// An answer's text made plain before it is read: Unicode signs as the LaTeX commands they stand for, delimiters and spacing
/// commands gone, currency signs dropped. Null for what cannot be a written answer: control and direction marks, broken UTF-8, or
/// more than <see cref="LongestAnswer"/> characters.
/// </summary>
internal static partial class MathText
{
    public const int LongestAnswer = 2_000;

    private static readonly Dictionary<char, string> Signs = new()
    {
        ['−'] = "-",
        ['–'] = "-",
        ['×'] = @"\times ",
        ['÷'] = "/",
        ['·'] = @"\cdot ",
        ['⋅'] = @"\cdot ",
        ['≤'] = @"\le ",
        ['≥'] = @"\ge ",
        ['≠'] = @"\ne ",
        ['≈'] = @"\approx ",
        ['∞'] = @"\infty ",
        ['π'] = @"\pi ",
        ['√'] = @"\sqrt ",
        ['°'] = @"^\circ ",
        ['∪'] = @"\cup ",
        ['∈'] = @"\in ",
        ['∅'] = @"\emptyset ",
        ['ℝ'] = @"\mathbb{R}",
        ['±'] = @"\pm ",
        ['∓'] = @"\mp ",
        ['θ'] = @"\theta ",
        ['½'] = @"\frac{1}{2}",
        ['⅓'] = @"\frac{1}{3}",
        ['⅔'] = @"\frac{2}{3}",
        ['¼'] = @"\frac{1}{4}",
        ['¾'] = @"\frac{3}{4}",
        ['⅛'] = @"\frac{1}{8}",
        ['²'] = "^{2}",
        ['³'] = "^{3}",
        ['⟨'] = @"\langle ",
        ['⟩'] = @"\rangle ",
        ['’'] = "'",
        ['\u00A0'] = " ",
        ['\u2009'] = " ",
        ['\u202F'] = " ",
        ['€'] = "",
        ['£'] = "",
        ['¥'] = "",
        ['₹'] = "",
        ['\u200B'] = "",
        ['\u200C'] = "",
        ['\u200D'] = "",
        ['\uFEFF'] = "",
    };

    public static string? Clean(string text)
    {
        if (text.Length > LongestAnswer) return null;
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && Signs.TryGetValue((char)rune.Value, out var sign)) plain.Append(sign);
            else if (rune.Value is >= 0xFF01 and <= 0xFF5E) plain.Append((char)(rune.Value - 0xFEE0));
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control && rune.Value is not ('\n' or '\t' or '\r')) return null;
            else if (rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) return null;
            else plain.Append(rune.ToString());
        }

        var clean = Spacing().Replace(plain.ToString(), " ");
        clean = Tightening().Replace(clean, "");
        clean = Fractions().Replace(clean, @"\frac");
        clean = clean.Replace("{,}", ",", StringComparison.Ordinal).Replace(@"\$", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal);
        clean = clean.Replace(@"\%", "%", StringComparison.Ordinal).Replace("**", "^", StringComparison.Ordinal);
        clean = Grouped().Replace(clean, m => m.Value.Replace(" ", "", StringComparison.Ordinal));
        string before;
        do
        {
            before = clean;
            clean = clean.Trim();
            if (clean.EndsWith('.') || clean.EndsWith(',') || clean.EndsWith(';')) clean = clean[..^1];
            if (clean.EndsWith('\\')) clean = clean[..^1];
        }
        while (clean != before);
        return clean;
    }

    /// <summary>The text with commas between groups of three digits taken out; the same where there are none.</summary>
    public static string WithoutThousands(string clean) => Thousands().Replace(clean, m => m.Value.Replace(",", "", StringComparison.Ordinal));

    /// <summary>Commands that only make room or say how large a bracket is.</summary>
    [GeneratedRegex(@"(?<!\\)\\(?:[,;:\s]|q?quad(?![a-zA-Z]))|~|\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spacing();

    [GeneratedRegex(@"(?<!\\)\\(?:! *|(?:left|right|[bB]igg?[lr]?|displaystyle|textstyle|limits|nolimits)(?![a-zA-Z])|[()\[\]])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tightening();

    [GeneratedRegex(@"\\[dtc]frac(?![a-zA-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Fractions();

    [GeneratedRegex(@"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d| \d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Thousands();
}
