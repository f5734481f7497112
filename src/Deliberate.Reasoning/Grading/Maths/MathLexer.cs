using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// Cuts a cleaned answer into tokens. Font commands around digits or signs vanish (<c>\mathbf{5}</c> is 5), around words they make
/// text; braces that only group stay as signs. Null for what holds a character that no answer has, or nests too deeply.
/// </summary>
internal static class MathLexer
{
    private const int DeepestText = 8;

    private static readonly HashSet<string> Fonts = new(StringComparer.Ordinal)
    {
        "text", "mbox", "textbf", "textit", "textrm", "textnormal", "mathrm", "mathbf", "mathit", "mathsf", "boldsymbol", "bm", "underline", "operatorname", "hbox", "textsf", "boxed",
    };

    public static List<MathToken>? Read(string clean)
    {
        var tokens = new List<MathToken>();
        return Read(clean, tokens, 0) ? tokens : null;
    }

    private static bool Read(string text, List<MathToken> tokens, int depth)
    {
        if (depth > DeepestText) return false;
        var spaced = false;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == ' ')
            {
                spaced = true;
                i++;
                continue;
            }

            var start = i;
            if (char.IsAsciiDigit(c) || (c == '.' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                if (Number(text, ref i) is not { } value) return false;
                Add(MathTokenKind.Number, text[start..i], value);
            }
            else if (char.IsLetter(c))
            {
                while (i < text.Length && char.IsLetter(text[i])) i++;
                Add(MathTokenKind.Word, text[start..i]);
            }
            else if (c == '\\' && i + 1 < text.Length && char.IsAsciiLetter(text[i + 1]))
            {
                i++;
                while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
                var name = text[(start + 1)..i];
                if (!Fonts.Contains(name))
                {
                    Add(MathTokenKind.Command, name);
                }
                else if (Argument(text, ref i) is { } inside)
                {
                    if (IsWords(inside)) Add(MathTokenKind.Text, inside.Trim());
                    else if (!Read("{" + inside + "}", tokens, depth + 1)) return false;
                }
                else
                {
                    return false;
                }
            }
            else if (c == '\\' && i + 1 < text.Length && text[i + 1] is '{' or '}' or '\\' or '|')
            {
                i += 2;
                Add(MathTokenKind.Sign, text[start..i]);
            }
            else if (i + 1 < text.Length && text.AsSpan(i, 2) is "<=" or ">=" or "!=" or "==")
            {
                i += 2;
                Add(MathTokenKind.Sign, text[start..i] == "==" ? "=" : text[start..i]);
            }
            else if ("+-*/^_!=<>()[]{}|,;:%&'.?-\"".Contains(c, StringComparison.Ordinal))
            {
                i++;
                Add(MathTokenKind.Sign, c.ToString());
            }
            else
            {
                return false;
            }

            spaced = false;
        }

        return true;

        void Add(MathTokenKind kind, string what, Rational value = default) => tokens.Add(new MathToken(kind, what, value, spaced));
    }

    /// <summary>Digits, a point, a repeating part (<c>0.\overline{3}</c>), a power of ten (<c>1.5e-3</c>).</summary>
    private static Rational? Number(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        if (i < text.Length && text[i] == '.' && (i + 1 >= text.Length || text[i + 1] != '.')) i++;
        var point = i;
        while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        var value = Rational.Parse(text.AsSpan(start, i - start));
        const string Overline = @"\overline{";
        if (value is not null && string.CompareOrdinal(text, i, Overline, 0, Overline.Length) == 0 && text.AsSpan(start, i - start).Contains('.'))
        {
            var close = text.IndexOf('}', i);
            var digits = close < 0 ? "" : text[(i + Overline.Length)..close];
            if (digits.Length is 0 or > 100 || !digits.All(char.IsAsciiDigit)) return null;

            // d repeating digits after n others are d / (10^n (10^d - 1)).
            var repeat = Rational.Parse(digits)!.Value;
            var scale = System.Numerics.BigInteger.Pow(10, i - point) * (System.Numerics.BigInteger.Pow(10, digits.Length) - 1);
            i = close + 1;
            return Rational.Of(repeat.Numerator, scale) is { } part ? Rational.Add(value.Value, part) : null;
        }

        if (value is null || i + 1 >= text.Length || text[i] is not ('e' or 'E')) return value;
        var at = i + 1;
        var negative = text[at] == '-';
        if (text[at] is '-' or '+') at++;
        var first = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at == first || at - first > 5) return value;
        i = at;
        var exponent = int.Parse(text.AsSpan(first, at - first), System.Globalization.CultureInfo.InvariantCulture);
        return Rational.Power(Rational.Of(10), negative ? -exponent : exponent) is { } power ? Rational.Multiply(value.Value, power) : null;
    }

    /// <summary>The argument of a command, in braces or the next character; null where a brace is not closed.</summary>
    private static string? Argument(string text, ref int i)
    {
        while (i < text.Length && text[i] == ' ') i++;
        if (i >= text.Length) return null;
        if (text[i] != '{') return text[i++].ToString();
        var depth = 0;
        for (var start = i + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return text[start..i++];
        }

        return null;
    }

    /// <summary>Words rather than mathematics: letters, more than one in a row, or nothing at all.</summary>
    private static bool IsWords(string inside)
    {
        if (inside.Contains('\\', StringComparison.Ordinal)) return false;
        var letters = 0;
        foreach (var c in inside)
        {
            if (char.IsLetter(c)) letters++;
            else if (!char.IsAsciiDigit(c) && c is not (' ' or '.' or ',' or '-' or '\'' or ':' or '/')) return false;
        }

        return letters > 1 || inside.Trim().Length == 0;
    }

    /// <summary>The tokens as one line of words.</summary>
    public static string Words(IEnumerable<MathToken> tokens)
    {
        var words = new StringBuilder();
        foreach (var token in tokens)
        {
            if (words.Length > 0 && (token.Spaced || token.Kind == MathTokenKind.Text) && token.Text.Length > 0) words.Append(' ');
            words.Append(token.Text);
        }

        return words.ToString().Trim();
    }
}
