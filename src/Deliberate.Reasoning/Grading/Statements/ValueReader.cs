using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Reasoning;

internal enum ValueKind
{
    /// <summary>A number, a formula, an expression.</summary>
    Maths,

    /// <summary>The letter of a choice.</summary>
    Letter,

    /// <summary>Words in quotation marks.</summary>
    Quote,
}

/// <param name="Text">The value, out of its marks of formula, with its unit.</param>
/// <param name="End">The place behind it.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct AnswerValue(string Text, int End, ValueKind Kind);

/// <summary>
/// Reads one value in running text, as far as it goes and no further: a letter of choice, a quotation, or mathematics, be it in a
/// formula (<c>$x = 5$</c>) or plain (<c>x = 5</c>, <c>(1, 2)</c>, <c>\frac{1}{2}</c>, <c>$70,000</c>, <c>3:30 pm</c>), with the unit
/// behind a number. It stops before the first word that belongs to the sentence rather than to the value.
/// </summary>
internal static partial class ValueReader
{
    /// <summary>Signs that are part of an expression wherever they stand.</summary>
    private const string Operators = "+*/^=<>~±∓×÷·⋅√∞π°%≤≥≠≈−²³⁴⁵⁶⁷⁸⁹⁰¹½⅓⅔¼¾⅛∪∩∈∅θαβγλμφ€£¥₹∠△⟨⟩ℝ";

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal) { "sin", "cos", "tan", "sec", "csc", "cot", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "log", "ln", "exp", "sqrt", "cbrt", "pi", "theta", "alpha", "beta", "infinity", "max", "min", "gcd", "lcm", "mod", "floor", "ceil", "abs", "det", "choose" };

    /// <summary>Commands that stand behind a value and are no part of it.</summary>
    private static readonly HashSet<string> Endings = new(StringComparer.Ordinal) { "end", "qed", "blacksquare", "Box", "checkmark", "hfill", "newline", "par", "item", "tag", "label" };

    /// <returns>Null where no value begins here.</returns>
    public static AnswerValue? Read(string text, int at, int limit)
    {
        if (at >= limit) return null;
        if (Quoted(text, at, limit) is { } quoted) return quoted;
        if (Letter(text, at, limit) is { } letter) return letter;
        return Maths(text, at, limit);
    }

    private static AnswerValue? Quoted(string text, int at, int limit)
    {
        var close = text[at] switch { '"' => '"', '“' => '”', '‘' => '’', '\'' => '\'', '「' => '」', '«' => '»', _ => '\0' };
        if (close == '\0') return null;
        var end = text.IndexOf(close, at + 1, Math.Min(limit - at - 1, 200));
        if (end < at + 2) return null;
        var inside = text[(at + 1)..end].Trim();
        if (inside.Length == 0 || inside.Contains('\n', StringComparison.Ordinal)) return null;

        // Values in quotation marks are those values; words stay words.
        if (Read(inside, 0, inside.Length) is not { } value) return new AnswerValue(inside, end + 1, ValueKind.Quote);
        var (joined, read) = AnswerOffers.Read(inside, value.Text, value.End);
        return Sentences.IsBlank(inside, read, inside.Length) ? value with { Text = joined, End = end + 1 } : new AnswerValue(inside, end + 1, ValueKind.Quote);
    }

    private static AnswerValue? Letter(string text, int at, int limit)
    {
        var match = Choice().Match(text, at, limit - at);
        if (!match.Success) return null;
        var end = at + match.Length;
        var rest = end;
        while (rest < limit && text[rest] == ' ') rest++;
        var bare = char.IsAsciiLetter(match.Value[^1]);
        if (rest < limit && bare)
        {
            // "A = 5" is an equation, "A car" begins with an article; "A because", "A, since" and "A." are choices.
            if (Operators.Contains(text[rest], StringComparison.Ordinal) || text[rest] is '#' or '(' or '[' or '{' or '_' or '|' or '\'' or '\\') return null;
            if (text[rest] is '-' && rest + 1 < limit && text[rest + 1] != ' ' && rest == end) return null;
            if (rest > end && char.IsAsciiLetterOrDigit(text[rest]) && !AnswerWords.Explains(Word(text, rest, limit))) return null;
        }

        return new AnswerValue(match.Groups["letter"].Value.ToUpperInvariant(), end, ValueKind.Letter);
    }

    private static AnswerValue? Maths(string text, int at, int limit)
    {
        var run = new StringBuilder();
        var (end, i, formula, boxed) = (at, at, false, false);
        while (i < limit)
        {
            var from = i;
            if (Formulas.Inner(text, at: i) is { } inner && inner.End <= limit)
            {
                // 6 * 7 = \boxed{42}: the box holds the value.
                if (inner.Text.StartsWith('\\') && Endings.Contains(inner.Text[1..])) break;
                (var content, boxed) = text[i] == '\\' && AnswerBoxes.NameAt(text, i) > 0 ? (inner.Text, true) : AnswerBoxes.Unboxed(inner.Text);
                if (boxed && run.Length > 0 && run[^1] == '=') run.Clear();
                if (run.Length > 0 && from > end) run.Append(' ');
                run.Append(content);
                (end, i, formula) = (inner.End, inner.End, true);
                while (i < limit && text[i] is ' ' or '\t') i++;
                continue;
            }

            if (Atom(text, at, ref i, limit, run, ref formula) is not { } atom) break;
            if (run.Length > 0 && from > end) run.Append(' ');
            run.Append(atom);
            if (atom.Length > 0) end = i;
            while (i < limit && text[i] is ' ' or '\t') i++;
        }

        var value = run.ToString().TrimEnd(' ', '=', '+', '-', '<', '/', ',');

        // "C++", "C#": a name, not an expression that was broken off.
        if (!formula && (value.Length < run.Length ? run[value.Length] != ' ' : end < limit && text[end] == '#')) return null;
        if (value.Trim('(', ')', '[', ']', '{', '}', '$', '.', '-', '+', '*', '=', '/', '^', '_', '~', '<', '>', ' ', '%', '°').Length == 0) return null;
        if (!formula && !value.AsSpan().ContainsAnyInRange('0', '9') && value.Contains(' ', StringComparison.Ordinal) && value.All(c => char.IsAsciiLetter(c) || c == ' ')) return null;
        if (!formula && !value.Any(char.IsDigit)) return new AnswerValue(value, end, ValueKind.Maths);
        if (!formula && ProperName().Match(text, end, limit - end) is { Success: true } name && !AnswerWords.Explains(name.Value.Trim()) && !MathUnits.IsUnitWord(name.Value.Trim())) return null;

        // "7 squared", "3 times 4": mathematics in words, of which the number is only the beginning.
        if (Spoken().IsMatch(text.AsSpan(0, limit), end)) return null;

        // What belongs to a value in a box stands in the box.
        var unit = boxed ? (Text: "", End: end) : AnswerUnit.Read(text, end, limit);

        // 5 feet 10 inches: the second quantity belongs to the first.
        if (unit.Text.Length > 0 && Further().IsMatch(text.AsSpan(0, limit), unit.End) && Maths(text, unit.End + 1, limit) is { } further) return new AnswerValue($"{value}{unit.Text} {further.Text}", further.End, ValueKind.Maths);
        return new AnswerValue(value + unit.Text, unit.End, ValueKind.Maths);
    }

    /// <summary>The next piece of an expression, and the place behind it; null where the expression is over.</summary>
    private static string? Atom(string text, int start, ref int i, int limit, StringBuilder run, ref bool formula)
    {
        var at = i;
        var c = text[at];
        if (char.IsDigit(c) || (c == '.' && at + 1 < limit && char.IsAsciiDigit(text[at + 1]) && (at == 0 || !char.IsAsciiDigit(text[at - 1])))) return Take(text, ref i, Number().Match(text, at, limit - at).Length);
        if (char.IsAsciiLetter(c)) return Symbol(text, ref i, limit, run);
        if (c == '\\') return Command(text, ref i, limit, ref formula);
        if (c is '(' or '[' or '{')
        {
            // Behind a value and a space a parenthesis is a remark, unless an operator asks for more.
            if (run.Length > 0 && at > start && text[at - 1] == ' ' && !"+-*/^=<>×·∈∪∩".Contains(run[^1], StringComparison.Ordinal) && !EndsWithCommand().IsMatch(run.ToString())) return null;
            var close = Close(text, at, limit);
            return close == 0 || IsProse(text.AsSpan(at, close - at)) ? null : Take(text, ref i, close - at);
        }

        var next = at + 1 < limit ? text[at + 1] : '\n';
        switch (c)
        {
            case '-' or '–':
                if (next == '>' || (run.Length > 0 && next == ' ' && at + 2 < limit && char.IsAsciiLetter(text[at + 2]) && Word(text, at + 2, limit).Length > 1)) return null;
                return Take(text, ref i, 1);
            case '$':
                // Money where a digit follows; else what is left of a formula.
                return char.IsAsciiDigit(next) || next == '.' ? Take(text, ref i, 1) : run.Length == 0 ? Skip(ref i) : null;
            case '*' when char.IsWhiteSpace(next) && at > 0 && text[at - 1] != ' ':
            case '<' when next is '/' or '|' || char.IsAsciiLetter(next):
            case '!' when !char.IsAsciiLetterOrDigit(next):
                return null;
            case '|':
                return char.IsWhiteSpace(next) && at > 0 && text[at - 1] == ' ' ? null : Take(text, ref i, 1);
            case '!' or '_':
            case '\'' when at > 0 && char.IsAsciiLetter(text[at - 1]):
            case ',' when run.Length > 0 && char.IsAsciiDigit(next) && char.IsAsciiDigit(text[at - 1]):
            case ':' when run.Length > 0 && char.IsAsciiDigit(next) && char.IsAsciiDigit(text[at - 1]):
                return Take(text, ref i, 1);
            case '.' when next == '.' && run.ToString().Contains('.', StringComparison.Ordinal):
                return Take(text, ref i, Dots().Match(text, at, limit - at).Length);
            case '…' when run.Length > 0:
                return Take(text, ref i, 1);
            default:
                return Operators.Contains(c, StringComparison.Ordinal) ? Take(text, ref i, 1) : null;
        }
    }

    private static string? Symbol(string text, ref int i, int limit, StringBuilder run)
    {
        var word = Word(text, i, limit);
        var end = i + word.Length;
        var attached = run.Length > 0 && i > 0 && char.IsAsciiDigit(text[i - 1]);
        if (attached) return Take(text, ref i, word.Length);
        var rest = end;
        while (rest < limit && text[rest] == ' ') rest++;
        var next = rest < limit ? text[rest] : '\n';
        var operates = Operators.Contains(next, StringComparison.Ordinal) || next is '_' || (next is '(' && rest == end) || (next == '-' && rest + 1 < limit && (text[rest + 1] == ' ' || rest == end));
        if (word.Length == 1)
        {
            // "p.m.", "i.e."
            if (next == '.' && rest == end && end + 1 < limit && char.IsAsciiLetter(text[end + 1])) return null;
            if (operates || !char.IsAsciiLetter(next)) return Take(text, ref i, 1);
            var following = Word(text, rest, limit);
            return (AnswerWords.Explains(following) && word is not ("a" or "A" or "I")) || (following.Length == 1 && following is not "a" && word is not "a") ? Take(text, ref i, 1) : null;
        }

        if (Functions.Contains(word)) return Take(text, ref i, word.Length);
        if (AnswerWords.Explains(word) || AnswerWords.IsKnown(word)) return null;
        if (operates && (word.Length <= 3 || next == '=')) return Take(text, ref i, word.Length);
        var over = !char.IsAsciiLetterOrDigit(next);
        return word.Length == 2 && char.IsLower(word[0]) && over && !MathUnits.IsUnitWord(word) && (run.Length == 0 || "+-*/^=<>(".Contains(run[^1], StringComparison.Ordinal)) ? Take(text, ref i, 2) : null;
    }

    private static string? Command(string text, ref int i, int limit, ref bool formula)
    {
        var at = i;
        var next = at + 1 < limit ? text[at + 1] : '\n';
        if (next is ')' or ']' or '\n' or '\\') return null;
        if (!char.IsAsciiLetter(next)) return Take(text, ref i, next == '{' && Close(text, at + 1, limit) is var close and > 0 ? close - at : 2);
        var name = Word(text, at + 1, limit);
        var end = at + 1 + name.Length;
        if (Endings.Contains(name)) return null;
        if (name is "begin" or "left")
        {
            end = Environment(text, at, name == "begin" ? @"\end" : @"\right", limit);
            if (end == 0) return null;
        }
        else if (name.StartsWith("text", StringComparison.Ordinal) && AnswerOffers.IsJoint(text, at, limit)) return null;

        while (end < limit && text[end] is '{' or '[')
        {
            if (Close(text, end, limit) is not (> 0 and var group)) break;
            end = group;
        }

        formula = true;
        return Take(text, ref i, end - at);
    }

    /// <summary>Behind the command that closes the one at this place, and behind the bracket or name that goes with it.</summary>
    private static int Environment(string text, int at, string close, int limit)
    {
        var depth = 0;
        var open = close == @"\end" ? @"\begin" : @"\left";
        for (var i = at; i < limit; i++)
        {
            if (text[i] != '\\') continue;
            if (string.CompareOrdinal(text, i, open, 0, open.Length) == 0) depth++;
            else if (string.CompareOrdinal(text, i, close, 0, close.Length) == 0 && --depth == 0)
            {
                var end = i + close.Length;
                if (close == @"\end") return end < limit && text[end] == '{' ? Close(text, end, limit) : end;
                return Math.Min(limit, end + (end < limit && text[end] == '\\' ? 2 : 1));
            }
        }

        return 0;
    }

    /// <summary>Behind the bracket that closes the one at this place, of whatever kind: <c>[0, 1)</c> is closed; 0 where none is.</summary>
    public static int Close(string text, int at, int limit)
    {
        var depth = 0;
        for (var i = at; i < limit && i < at + Formulas.Longest; i++)
        {
            if (text[i] is '(' or '[' or '{' or '（') depth++;
            else if (text[i] is ')' or ']' or '}' or '）' && --depth == 0) return i + 1;
        }

        return 0;
    }

    /// <summary>Whether a bracket holds a remark rather than mathematics.</summary>
    private static bool IsProse(ReadOnlySpan<char> group) => !group.Contains('\\') && Sentence().IsMatch(group);

    private static string Word(string text, int at, int limit)
    {
        var end = at;
        while (end < limit && char.IsAsciiLetter(text[end])) end++;
        return text[at..end];
    }

    private static string? Take(string text, ref int i, int length)
    {
        if (length == 0) return null;
        i += length;
        return text.Substring(i - length, length);
    }

    private static string Skip(ref int i)
    {
        i++;
        return "";
    }

    [GeneratedRegex(@"\G(?:[(\[（{]\s?(?<letter>[A-Pa-j])\s?[)\]）}](?![\d^*/=+])|(?<letter>[a-j])\)(?=\s|$)|(?<letter>[A-P]|[IVX]{2,5})(?:[)）:](?=\s|$)|(?![A-Za-z0-9'’])))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Choice();

    [GeneratedRegex(@"\G(\d{1,3}((,(\\!)?|\{,\})\d{3})+(?!\d)|\d{1,400})(\.\d{1,400})?([eE][-+]?\d{1,4})?|\G\.\d{1,400}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"\G\.{2,6}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Dots();

    [GeneratedRegex(@"\G \d", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Further();

    [GeneratedRegex(@"\\[A-Za-z]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EndsWithCommand();

    [GeneratedRegex(@"\G\s{1,3}((squared|cubed|factorial)(?![A-Za-z])|(times|plus|minus|divided by|multiplied by|over|choose|mod|modulo|raised to|less than|more than|fewer than|greater than)\s{1,3}[\d$\\(])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Spoken();

    /// <summary>A word with a capital behind a number: the value is a name, such as an address.</summary>
    [GeneratedRegex(@"\G [A-Z][a-z]{2,30}\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ProperName();

    [GeneratedRegex(@"[A-Za-z]{3,} +[A-Za-z]{2,}|\b(since|because|see|or|maybe|perhaps|not)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sentence();
}
