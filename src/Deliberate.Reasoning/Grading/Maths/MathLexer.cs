using System.Text;

namespace Deliberate.Reasoning;

/// <summary>
/// Cuts a cleaned answer into tokens. Font commands around digits or signs vanish (<c>\mathbf{5}</c> is 5), around words they make
/// text; braces that only group stay as signs. Null for what holds a character that no answer has, or nests too deeply.
/// </summary>
internal static class MathLexer
{
    private const int DeepestText = 8;

    /// <summary>Commands that set words: a single letter in them is upright, as units are.</summary>
    private static readonly HashSet<string> Upright = new(StringComparer.Ordinal) { "text", "mbox", "textrm", "textnormal", "textup", "mathrm", "hbox", "operatorname" };

    /// <summary>Commands that change how their argument looks, or frame it.</summary>
    private static readonly HashSet<string> Fonts = new(StringComparer.Ordinal)
    {
        "textbf", "textit", "textsf", "texttt", "textsc", "emph", "mathbf", "mathit", "mathsf", "mathtt", "mathnormal", "boldsymbol", "bm", "pmb", "underline", "uline", "boxed", "fbox", "framebox", "circled",
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
                tokens.Add(new MathToken(MathTokenKind.Number, text[start..i], value, spaced));
            }
            else if (char.IsLetter(c))
            {
                while (i < text.Length && (char.IsLetter(text[i]) || IsApostrophe(text, start, i))) i++;
                Word(text[start..i], tokens, spaced);
            }
            else if (c == '\\' && i + 1 < text.Length && char.IsAsciiLetter(text[i + 1]))
            {
                i++;
                while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
                if (!Command(text, text[(start + 1)..i], ref i, tokens, depth, spaced)) return false;
            }
            else if (Sign(text, i) is { } length)
            {
                i += length;
                var sign = text[start..i];
                tokens.Add(new MathToken(MathTokenKind.Sign, sign == "==" ? "=" : sign, default, spaced));
            }
            else
            {
                return false;
            }

            spaced = false;
        }

        return true;
    }

    /// <summary>Whether an apostrophe stands in a word, as in "children's": behind a letter alone it is a derivative's sign.</summary>
    private static bool IsApostrophe(string text, int start, int at) => text[at] == '\'' && at - start > 2 && at + 1 < text.Length && char.IsLetter(text[at + 1]);

    private static int? Sign(string text, int at)
    {
        var two = at + 1 < text.Length ? text.AsSpan(at, 2) : default;
        if (two is @"\{" or @"\}" or @"\\" or @"\|" or @"\#" or "<=" or ">=" or "!=" or "==") return 2;
        return "+-*/^_!=<>()[]{}|,;:%&'.?-\"".Contains(text[at], StringComparison.Ordinal) ? 1 : null;
    }

    private static void Word(string word, List<MathToken> tokens, bool spaced)
    {
        // sinx is the sine of x.
        var cut = MathWords.IsFunctionOfLetter(word) ? word.Length - 1 : word.Length;
        tokens.Add(new MathToken(MathTokenKind.Word, word[..cut], default, spaced));
        if (cut < word.Length) tokens.Add(new MathToken(MathTokenKind.Word, word[cut..], default, false));
    }

    private static bool Command(string text, string name, ref int i, List<MathToken> tokens, int depth, bool spaced)
    {
        var upright = Upright.Contains(name);
        if (!upright && !Fonts.Contains(name))
        {
            tokens.Add(new MathToken(MathTokenKind.Command, name, default, spaced));
            return true;
        }

        if (name == "operatorname" && i < text.Length && text[i] == '*') i++;
        if (Argument(text, ref i) is not { } inside) return false;
        var words = inside.Trim();
        if (words.Length == 0) return true;
        if (MathParser.IsFunction(words) && (name == "operatorname" || !MathUnits.IsUnitWord(words))) tokens.Add(new MathToken(MathTokenKind.Command, words, default, spaced));
        else if ((BeginsWithNumber(words) && words.Any(char.IsLetter)) || (upright && words[0] == '(') || words.All(c => c is '.' or ',' or ';' or ':' or '%' or ' ')) return words == "." || Read(words, tokens, depth + 1);
        else if (IsWords(words, upright) || (upright && words is [var letter] && char.IsLetter(letter))) tokens.Add(new MathToken(MathTokenKind.Text, words, default, spaced));
        else return Read("{" + inside + "}", tokens, depth + 1);
        return true;
    }

    private static bool BeginsWithNumber(string words) => words.Length > 0 && (char.IsAsciiDigit(words[0]) || (words.Length > 1 && words[0] is '-' or '+' or '.' && char.IsAsciiDigit(words[1])));

    /// <summary>Digits, a point, a repeating part (<c>0.\overline{3}</c>), a power of ten (<c>1.5e-3</c>).</summary>
    private static Rational? Number(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        if (i < text.Length && text[i] == '.' && (i + 1 >= text.Length || text[i + 1] != '.')) i++;
        var point = i;
        while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        var value = Rational.Parse(text.AsSpan(start, i - start));
        if (value is not null && text.AsSpan(start, i - start).Contains('.'))
        {
            foreach (var repeating in (string[])[@"\overline{", @"\bar{"])
            {
                if (string.CompareOrdinal(text, i, repeating, 0, repeating.Length) == 0) return Repeating(text, value.Value, i - point, i + repeating.Length, ref i);
            }
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

    /// <summary>d repeating digits after n others are d / (10^n (10^d - 1)).</summary>
    private static Rational? Repeating(string text, Rational before, int decimals, int from, ref int i)
    {
        var close = text.IndexOf('}', from);
        var digits = close < 0 ? "" : text[from..close];
        if (digits.Length is 0 or > 100 || !digits.All(char.IsAsciiDigit)) return null;
        var repeat = Rational.Parse(digits)!.Value;
        var scale = System.Numerics.BigInteger.Pow(10, decimals) * (System.Numerics.BigInteger.Pow(10, digits.Length) - 1);
        i = close + 1;
        return Rational.Of(repeat.Numerator, scale) is { } part ? Rational.Add(before, part) : null;
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

    /// <summary>
    /// Words rather than mathematics: letters, two of them at least side by side, that are no factors; upright ones also where each is
    /// a unit or an abbreviation (<c>m/s</c>, <c>p.m.</c>).
    /// </summary>
    private static bool IsWords(string inside, bool upright)
    {
        if (!inside.All(c => char.IsLetterOrDigit(c) || c is ' ' or '.' or ',' or '-' or '\'' or ':' or '/')) return false;
        var words = inside.Split([' ', '.', ',', '-', '\'', ':', '/'], StringSplitOptions.RemoveEmptyEntries);
        if (!upright) return Array.Exists(words, w => w.Count(char.IsLetter) > 1 && !MathWords.AreFactors(w) && !w.All(char.IsAsciiLetterUpper));
        return Array.Exists(words, w => w.Count(char.IsLetter) > 1) || (words.Length > 1 && (Array.TrueForAll(words, w => MathUnits.Find(w) is not null) || inside.Replace(".", "", StringComparison.Ordinal).ToLowerInvariant() is "am" or "pm"));
    }

    /// <summary>The tokens as one line of words.</summary>
    public static string Words(IEnumerable<MathToken> tokens)
    {
        var words = new StringBuilder();
        foreach (var token in tokens)
        {
            if (token.Is("{") || token.Is("}")) continue;
            if (words.Length > 0 && (token.Spaced || token.Kind == MathTokenKind.Text) && token.Text.Length > 0) words.Append(' ');
            words.Append(token.Text);
        }

        return words.ToString().Trim();
    }
}
