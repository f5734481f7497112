using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Reads a regular expression (ECMAScript's syntax with the <c>u</c> flag, as JSON Schema has it) into a <see cref="Pattern"/> of its whole
/// matches. Groups of every kind, classes, <c>\d \w \s</c> and their opposites (ASCII digits and word characters), <c>\p{..}</c> of general
/// categories, quantifiers (a lazy one has the same matches); <c>^</c> and <c>$</c> where a match begins and ends. What is no regular
/// language or looks around (back-references, look-ahead and -behind, <c>\b</c>) is refused by name.
/// </summary>
internal sealed class RegexSyntax
{
    /// <summary>Groups inside one another, and copies that a quantifier makes.</summary>
    private const int MostDepth = 200, MostTimes = 10_000;

    private static readonly CodePoints Digits = CodePoints.Of('0', '9');
    private static readonly CodePoints Word = CodePoints.Union([Digits, CodePoints.Of('a', 'z'), CodePoints.Of('A', 'Z'), CodePoints.Of('_')]);

    private static readonly CodePoints Space = CodePoints.Union(
    [
        CodePoints.Of('\t', '\r'), CodePoints.Of(' '), CodePoints.Of(0xA0), CodePoints.Of(0x1680), CodePoints.Of(0x2000, 0x200A),
        CodePoints.Of(0x2028, 0x2029), CodePoints.Of(0x202F), CodePoints.Of(0x205F), CodePoints.Of(0x3000), CodePoints.Of(0xFEFF),
    ]);

    private static readonly CodePoints NoLineEnd = CodePoints.Union([CodePoints.Of('\n'), CodePoints.Of('\r'), CodePoints.Of(0x2028, 0x2029)]).Not();

    private readonly string _text;
    private readonly string _field;
    private int _at, _depth;

    private RegexSyntax(string text, string field) => (_text, _field) = (text, field);

    /// <summary>The texts that the expression matches as a whole.</summary>
    public static Pattern Whole(string expression, string field) => Parse(expression, field, searches: false);

    /// <summary>The texts in which it matches anything: what stands before and behind is free but for <c>^</c> and <c>$</c>.</summary>
    public static Pattern Search(string expression, string field) => Parse(expression, field, searches: true);

    private static Pattern Parse(string expression, string field, bool searches)
    {
        var syntax = new RegexSyntax(expression, field);
        List<Pattern> options = [];
        do options.Add(syntax.Anchored(searches));
        while (syntax.Take('|'));
        if (syntax._at < expression.Length) throw syntax.Wrong("there is a ) without its (");
        return Pattern.Either([.. options]);
    }

    /// <summary>An alternative of the whole, where ^ and $ may stand.</summary>
    private Pattern Anchored(bool searches)
    {
        var free = new Pattern.Chars(CodePoints.Any).Times(0, null);
        var begins = Take('^');
        var pattern = Sequence(isTop: true);
        var ends = Take('$');
        if (Peek is not (null or '|' or ')')) throw Wrong("$ stands in the middle, where nothing can match");
        return searches ? Pattern.Of(begins ? Pattern.Empty : free, pattern, ends ? Pattern.Empty : free) : pattern;
    }

    private char? Peek => _at < _text.Length ? _text[_at] : null;

    private Pattern Choice()
    {
        if (++_depth > MostDepth) throw Wrong($"groups stand more than {MostDepth} deep");
        List<Pattern> options = [];
        do options.Add(Sequence(isTop: false));
        while (Take('|'));
        _depth--;
        return Pattern.Either([.. options]);
    }

    private Pattern Sequence(bool isTop)
    {
        List<Pattern> parts = [];
        while (Peek is { } next and not ('|' or ')'))
        {
            if (next == '$' && isTop) break;
            var part = Atom();
            parts.Add(Quantified(part));
        }

        return parts.Count == 1 ? parts[0] : new Pattern.Sequence(parts);
    }

    private Pattern Quantified(Pattern part)
    {
        var quantified = Peek switch
        {
            '*' => Next(part.Times(0, null)),
            '+' => Next(part.Times(1, null)),
            '?' => Next(part.Optional()),
            '{' => Braces(part),
            _ => null,
        };
        if (quantified is null) return part;
        Take('?');
        if (Peek is '*' or '+' or '?' or '{') throw Wrong("a quantifier has another behind it");
        return quantified;

        Pattern Next(Pattern pattern)
        {
            _at++;
            return pattern;
        }
    }

    private Pattern.Repeat Braces(Pattern part)
    {
        var end = _text.IndexOf('}', _at);
        var bounds = end < 0 ? [] : _text[(_at + 1)..end].Split(',');
        if (bounds.Length is not (1 or 2) || !int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var least)) throw Wrong("{ begins no quantifier; write \\{ for the character");
        int? most = least;
        if (bounds.Length == 2) most = bounds[1].Length == 0 ? null : int.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : throw Wrong("{ begins no quantifier; write \\{ for the character");
        if (most < least) throw Wrong($"{{{least},{most}}} ends before it begins");
        if (Math.Max(least, most ?? 0) > MostTimes) throw Wrong($"more than {MostTimes} repetitions");
        _at = end + 1;
        return new Pattern.Repeat(part, least, most);
    }

    private Pattern Atom()
    {
        switch (_text[_at])
        {
            case '(':
                return Group();
            case '[':
                return new Pattern.Chars(Class());
            case '.':
                _at++;
                return new Pattern.Chars(NoLineEnd);
            case '\\':
                _at++;
                return new Pattern.Chars(Escape(inClass: false));
            case '^' or '$':
                throw Wrong($"{_text[_at]} stands where no alternative of the whole begins or ends, which is not supported");
            case '*' or '+' or '?' or '{' or '}' or ']':
                throw Wrong($"{_text[_at]} has nothing before it; write \\{_text[_at]} for the character");
            default:
                return new Pattern.Chars(CodePoints.Of(Rune()));
        }
    }

    private Pattern Group()
    {
        var open = _at++;
        if (Take('?'))
        {
            if (Take(':'))
            {
            }
            else if (Peek is '=' or '!') throw Wrong("look-ahead is not supported");
            else if (Take('<'))
            {
                if (Peek is '=' or '!') throw Wrong("look-behind is not supported");
                var end = _text.IndexOf('>', _at);
                if (end < 0) throw Wrong("a group's name has no end");
                _at = end + 1;
            }
            else throw Wrong("this kind of group is not supported");
        }

        var inside = Choice();
        if (!Take(')'))
        {
            _at = open;
            throw Wrong("there is a ( without its )");
        }

        return inside;
    }

    private CodePoints Class()
    {
        var open = _at++;
        var isNot = Take('^');
        List<CodePoints> sets = [];
        while (!Take(']'))
        {
            if (Peek is null)
            {
                _at = open;
                throw Wrong("there is a [ without its ]");
            }

            var low = Member();
            if (Peek != '-' || _at + 1 >= _text.Length || _text[_at + 1] == ']')
            {
                sets.Add(low);
                continue;
            }

            _at++;
            var high = Member();
            if (low.Count != 1 || high.Count != 1) throw Wrong("a range of a class has no single character at an end");
            var (first, last) = (low.Ranges[0].Low, high.Ranges[0].Low);
            if (last < first) throw Wrong("a range of a class ends before it begins");
            sets.Add(CodePoints.Of(first, last));
        }

        var all = CodePoints.Union(sets);
        return isNot ? all.Not() : all;
    }

    private CodePoints Member()
    {
        if (!Take('\\')) return CodePoints.Of(Rune());
        return Escape(inClass: true);
    }

    private CodePoints Escape(bool inClass)
    {
        if (Peek is not { } kind) throw Wrong("there is nothing behind the last \\");
        _at++;
        switch (kind)
        {
            case 'd': return Digits;
            case 'D': return Digits.Not();
            case 'w': return Word;
            case 'W': return Word.Not();
            case 's': return Space;
            case 'S': return Space.Not();
            case 'n': return CodePoints.Of('\n');
            case 'r': return CodePoints.Of('\r');
            case 't': return CodePoints.Of('\t');
            case 'f': return CodePoints.Of('\f');
            case 'v': return CodePoints.Of('\v');
            case 'b' when inClass: return CodePoints.Of('\b');
            case 'b' or 'B': throw Wrong($"\\{kind} (word boundaries) is not supported");
            case 'k': throw Wrong("back-references are not supported");
            case '0' when Peek is not (>= '0' and <= '9'): return CodePoints.Of(0);
            case >= '0' and <= '9': throw Wrong("back-references are not supported");
            case 'x': return CodePoints.Of(Hex(2));
            case 'u': return CodePoints.Of(Unicode());
            case 'p' or 'P': return Category(kind == 'P');
            case 'c' when Peek is { } letter && char.IsAsciiLetter(letter):
                _at++;
                return CodePoints.Of(letter % 32);
            default:
                if (char.IsAsciiLetterOrDigit(kind)) throw Wrong($"\\{kind} is not known");
                _at--;
                return CodePoints.Of(Rune());
        }
    }

    private int Unicode()
    {
        if (Take('{'))
        {
            var end = _text.IndexOf('}', _at);
            if (end < 0 || !int.TryParse(_text.AsSpan(_at, end - _at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !System.Text.Rune.IsValid(value)) throw Wrong("\\u{ names no character");
            _at = end + 1;
            return value;
        }

        var high = Hex(4);
        if (!char.IsHighSurrogate((char)high)) return char.IsLowSurrogate((char)high) ? throw Wrong("half a surrogate pair is no character") : high;
        if (!Take('\\') || !Take('u')) throw Wrong("half a surrogate pair is no character");
        var low = Hex(4);
        return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)high, (char)low) : throw Wrong("half a surrogate pair is no character");
    }

    private int Hex(int digits)
    {
        if (_at + digits > _text.Length || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) throw Wrong($"an escape wants {digits} hexadecimal digits");
        _at += digits;
        return value;
    }

    private CodePoints Category(bool isNot)
    {
        var end = Take('{') ? _text.IndexOf('}', _at) : -1;
        if (end < 0) throw Wrong("\\p wants a category in braces, such as \\p{L}");
        var name = _text[_at..end];
        if (name.StartsWith("gc=", StringComparison.Ordinal)) name = name[3..];
        var set = UnicodeCategories.Named(name) ?? throw Wrong($"\\p{{{name}}} is no general category, which is all that is supported");
        _at = end + 1;
        return isNot ? set.Not() : set;
    }

    private int Rune()
    {
        if (System.Text.Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out var length) != System.Buffers.OperationStatus.Done) throw Wrong("half a surrogate pair is no character");
        _at += length;
        return rune.Value;
    }

    private bool Take(char wanted)
    {
        if (Peek != wanted) return false;
        _at++;
        return true;
    }

    private UserError Wrong(string what) => new($"the regular expression \"{Excerpt.Of(_text, 80)}\" at character {_at + 1}: {what}.", field: _field);
}

/// <summary>Unicode's general categories by their short names: <c>Lu</c>, or <c>L</c> for all that begin so.</summary>
internal static class UnicodeCategories
{
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Lazy<CodePoints[]> s_sets = new(static () =>
    {
        var ranges = Names.Select(_ => new List<CodePoints>()).ToArray();
        var begin = 0;
        for (var value = 1; value <= 0x110000; value++)
        {
            if (value < 0x110000 && CharUnicodeInfo.GetUnicodeCategory(value) == CharUnicodeInfo.GetUnicodeCategory(begin)) continue;
            ranges[(int)CharUnicodeInfo.GetUnicodeCategory(begin)].Add(CodePoints.Of(begin, value - 1));
            begin = value;
        }

        return [.. ranges.Select(CodePoints.Union)];
    });

    public static CodePoints? Named(string name)
    {
        var sets = Names.Zip(s_sets.Value).Where(c => name.Length is 1 or 2 && c.First.StartsWith(name, StringComparison.Ordinal)).Select(c => c.Second).ToArray();
        return sets.Length == 0 ? null : CodePoints.Union(sets);
    }
}
