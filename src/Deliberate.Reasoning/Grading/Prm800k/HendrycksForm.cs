using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

/// <summary>
/// The normal form of an answer that came with the MATH data set (Hendrycks et al. 2021): LaTeX's ways to write the same fraction, root
/// or decimal become one, units on the right go. Two answers of the same form are equal. PRM800K's grader asks this first. What the form
/// cannot be made of stays as it is.
/// </summary>
internal static partial class HendrycksForm
{
    public static string Of(string answer)
    {
        var text = answer.Trim();
        if (Prm800kForm.WholeText().Match(text) is { Success: true } match) text = match.Groups["inner"].Value.Trim();
        return Form(text) ?? text;
    }

    /// <summary>Null where a rule does not apply as it was written.</summary>
    private static string? Form(string text)
    {
        var s = new StringBuilder(text)
            .Replace("\n", "").Replace(@"\!", "").Replace(@"\\", @"\").Replace("tfrac", "frac").Replace("dfrac", "frac")
            .Replace(@"\left", "").Replace(@"\right", "").Replace(@"^{\circ}", "").Replace(@"^\circ", "").Replace(@"\$", "").ToString();
        if (s.Contains(@"\text{ ", StringComparison.Ordinal))
        {
            var parts = s.Split(@"\text{ ");
            if (parts.Length != 2) return null;
            s = parts[0];
        }

        s = s.Replace(@"\%", "", StringComparison.Ordinal).Replace(" .", " 0.", StringComparison.Ordinal).Replace("{.", "{0.", StringComparison.Ordinal);
        if (s.Length == 0) return s;
        if (s[0] == '.') s = "0" + s;
        if (s.Split('=') is [{ Length: <= 2 }, var right]) s = right;
        if (Roots(s) is not { } roots || Fractions(roots.Replace(" ", "", StringComparison.Ordinal)) is not { } fractions) return null;
        return Quotient(fractions == "0.5" ? @"\frac{1}{2}" : fractions);
    }

    /// <summary>Braces around what a root without any is of.</summary>
    private static string? Roots(string s)
    {
        var parts = s.Split(@"\sqrt");
        var text = new StringBuilder(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            if (part.Length == 0) return null;
            if (part[0] == '{') text.Append(@"\sqrt").Append(part);
            else text.Append(@"\sqrt{").Append(part[0]).Append('}').Append(part.AsSpan(1));
        }

        return text.ToString();
    }

    /// <summary><c>\frac12</c> and <c>\frac1{72}</c> with all their braces.</summary>
    private static string? Fractions(string s)
    {
        var parts = s.Split(@"\frac");
        var text = new StringBuilder(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            text.Append(@"\frac");
            if (part.Length == 0) return null;
            if (part[0] == '{')
            {
                text.Append(part);
                continue;
            }

            if (part.Length < 2) return s;
            text.Append('{').Append(part[0]).Append('}');
            if (part[1] == '{') text.Append(part.AsSpan(1));
            else text.Append('{').Append(part[1]).Append('}').Append(part.AsSpan(2));
        }

        return text.ToString();
    }

    /// <summary>A quotient of whole numbers, written as one may write them, as a fraction.</summary>
    private static string Quotient(string s)
    {
        if (WholeQuotient().Match(s) is not { Success: true } match) return s;
        var (a, b) = (BigInteger.Parse(match.Groups["above"].Value, CultureInfo.InvariantCulture), BigInteger.Parse(match.Groups["below"].Value, CultureInfo.InvariantCulture));
        return s == string.Create(CultureInfo.InvariantCulture, $"{a}/{b}") ? string.Create(CultureInfo.InvariantCulture, $@"\frac{{{a}}}{{{b}}}") : s;
    }

    [GeneratedRegex(@"\A(?<above>-?[0-9]{1,400})/(?<below>-?[0-9]{1,400})\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WholeQuotient();
}
