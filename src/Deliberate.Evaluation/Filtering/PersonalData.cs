using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Deliberate.Evaluation;

/// <summary>A kind of personal data that has a form, and how it is told from what only looks like it.</summary>
/// <param name="Name">As counts call it.</param>
/// <param name="Pattern">That it matches; runs in time linear in the text.</param>
/// <param name="IsOne">Whether a match is one: by its check digits, by what an address says.</param>
internal sealed record PersonalDataKind(string Name, Regex Pattern, Func<string, bool> IsOne);

/// <summary>
/// Personal data that has a form of its own: addresses of mail and of machines, telephone numbers, payment cards, bank accounts, social
/// security numbers. Names, streets and whatever else only its meaning betrays are not found. How often a pattern is right, and how much of
/// a kind it finds, is measured on texts made for it (<see cref="PersonalDataFigures"/>), and printed with what it found.
/// </summary>
internal static class PersonalData
{
    /// <summary>The one visible list.</summary>
    public static IReadOnlyList<PersonalDataKind> Kinds { get; } =
    [
        Of("email", @"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,24}", text => !text.StartsWith('.') && !IsExample(text)),
        Of("iban", @"[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,3})?", IsIban),
        Of("payment card", @"[3-6]\d{3}([ \-]?\d){9,15}", text => Digits(text) is { Length: >= 13 and <= 19 } digits && digits.Distinct().Count() > 1 && PassesLuhn(digits)),
        Of("us social security number", @"\d{3}[ \-]\d{2}[ \-]\d{4}", IsSocialSecurity),
        Of("telephone", @"\+\d{1,3}([ .\-/]?\(?\d{1,4}\)?){2,6}|\(\d{3}\) ?\d{3}[ .\-]\d{4}|\d{3}[.\-]\d{3}[.\-]\d{4}|0\d{2,4}[ /\-]\d{5,8}", text => Digits(text).Length is >= 8 and <= 15),
        Of("ip address", @"\d{1,3}(\.\d{1,3}){3}", IsPublicAddress),
    ];

    /// <summary>The kinds that a text holds, in the order of the list, with the first match of each.</summary>
    public static IEnumerable<(PersonalDataKind Kind, string Found)> In(string text)
    {
        foreach (var kind in Kinds)
        {
            for (var match = kind.Pattern.Match(text); match.Success; match = match.NextMatch())
            {
                if (!StandsAlone(text, match.Index, match.Length) || !kind.IsOne(match.Value)) continue;
                yield return (kind, match.Value);
                break;
            }
        }
    }

    private static PersonalDataKind Of(string name, string pattern, Func<string, bool> isOne) =>
        new(name, new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture), isOne);

    /// <summary>Not a part of a longer word or number.</summary>
    private static bool StandsAlone(string text, int start, int length)
    {
        var end = start + length;
        // The end of a number in groups.
        if (start > 1 && char.IsDigit(text[start]) && text[start - 1] == ' ' && char.IsDigit(text[start - 2])) return false;
        if (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || (text[start - 1] is '.' or ',' or '-' && start > 1 && char.IsDigit(text[start - 2])))) return false;
        return end >= text.Length || !(char.IsLetterOrDigit(text[end]) || (text[end] is '.' or ',' or '-' && end + 1 < text.Length && char.IsDigit(text[end + 1])));
    }

    /// <summary>Domains kept for examples (RFC 2606).</summary>
    private static bool IsExample(string address)
    {
        var host = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..].ToLowerInvariant();
        return host.EndsWith("example.com", StringComparison.Ordinal) || host.EndsWith("example.org", StringComparison.Ordinal) || host.EndsWith("example.net", StringComparison.Ordinal)
            || host.EndsWith(".example", StringComparison.Ordinal) || host.EndsWith(".test", StringComparison.Ordinal) || host.EndsWith(".invalid", StringComparison.Ordinal);
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    private static bool PassesLuhn(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1) digit = digit > 4 ? (2 * digit) - 9 : 2 * digit;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>ISO 13616: the country's letters and check digits moved behind, letters as numbers, is 1 modulo 97.</summary>
    private static bool IsIban(string text)
    {
        var packed = text.Replace(" ", "", StringComparison.Ordinal);
        if (packed.Length is < 15 or > 34) return false;
        var number = string.Concat((packed[4..] + packed[..4]).Select(c => char.IsAsciiDigit(c) ? c.ToString() : (c - 'A' + 10).ToString(CultureInfo.InvariantCulture)));
        return BigInteger.Parse(number, CultureInfo.InvariantCulture) % 97 == 1;
    }

    /// <summary>Areas and groups that are given out.</summary>
    private static bool IsSocialSecurity(string text) =>
        text[..3] is not ("000" or "666") && text[0] != '9' && text.Substring(4, 2) != "00" && text[7..] != "0000" && text[3] == text[6];

    private static bool IsPublicAddress(string text)
    {
        if (text.Split('.').Any(part => part.Length > 1 && part[0] == '0') || !IPAddress.TryParse(text, out var address)) return false;
        var bytes = address.GetAddressBytes();
        // Private, local, for documentation (RFC 5737), and what reads as a version of a program.
        return !(bytes[0] is 0 or 10 or 127 or >= 224 || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 169 && bytes[1] == 254)
            || (bytes[0], bytes[1], bytes[2]) is (192, 0, 2) or (198, 51, 100) or (203, 0, 113) || bytes.All(b => b < 20));
    }
}
