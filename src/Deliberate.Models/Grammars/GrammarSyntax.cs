using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Reads a grammar in GBNF, the notation of llama.cpp: rules <c>name ::= expression</c>, of which <c>root</c> is the one to begin with.
/// Literals in double quotes, character classes, <c>.</c>, groups, <c>|</c>, the quantifiers <c>* + ? {n} {n,} {n,m}</c>, comments from #.
/// A rule goes on over several lines inside parentheses, behind <c>::=</c> and <c>|</c>, and where a line begins with <c>|</c>.
/// </summary>
internal sealed class GrammarSyntax
{
    private const int MostDepth = 200, MostTimes = 10_000;

    private readonly string _text;
    private readonly Dictionary<string, Pattern> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);
    private int _at, _depth;

    private GrammarSyntax(string text) => _text = text;

    /// <exception cref="UserError">What is wrong, with its line.</exception>
    public static Grammar Parse(string text)
    {
        var syntax = new GrammarSyntax(text);
        syntax.Space(lines: true);
        while (syntax._at < text.Length) syntax.Rule();
        foreach (var (name, at) in syntax._asked)
        {
            syntax._at = at;
            if (!syntax._rules.ContainsKey(name)) throw syntax.Wrong($"there is no rule \"{name}\"");
        }

        if (!syntax._rules.ContainsKey("root")) throw new UserError("the grammar has no rule \"root\", which is the one to begin with.", field: "grammar", advice: "Write root ::= ...");
        return new Grammar(syntax._rules, "root");
    }

    private char Peek => _at < _text.Length ? _text[_at] : '\0';

    private void Rule()
    {
        var begin = _at;
        var name = Name();
        if (name.Length == 0) throw Wrong($"a rule begins with its name, not with \"{Peek}\"");
        Space(lines: false);
        if (!Take("::=")) throw Wrong($"::= is missing behind \"{name}\"");
        Space(lines: true);
        var pattern = Choice(nested: false);
        if (_rules.TryAdd(name, pattern))
        {
            if (_at < _text.Length && Peek is not ('\n' or '\r')) throw Wrong($"\"{Peek}\" is not understood here");
            Space(lines: true);
            return;
        }

        _at = begin;
        throw Wrong($"the rule \"{name}\" is there twice");
    }

    private Pattern Choice(bool nested)
    {
        if (++_depth > MostDepth) throw Wrong($"groups stand more than {MostDepth} deep");
        List<Pattern> options = [];
        while (true)
        {
            options.Add(Sequence(nested));
            var back = _at;
            Space(lines: true);
            if (!Take("|"))
            {
                if (!nested) _at = back;
                break;
            }

            Space(lines: true);
        }

        _depth--;
        return Pattern.Either([.. options]);
    }

    private Pattern Sequence(bool nested)
    {
        List<Pattern> parts = [];
        while (true)
        {
            Space(nested);
            if (Atom() is not { } part) break;
            Space(lines: false);
            parts.Add(Quantified(part));
        }

        return parts.Count == 1 ? parts[0] : new Pattern.Sequence(parts);
    }

    private Pattern? Atom()
    {
        switch (Peek)
        {
            case '"':
                return Literal();
            case '[':
                return new Pattern.Chars(Class());
            case '.':
                _at++;
                return new Pattern.Chars(CodePoints.Any);
            case '(':
                var open = _at++;
                var inside = Choice(nested: true);
                Space(lines: true);
                if (Take(")")) return inside;
                _at = open;
                throw Wrong("there is a ( without its )");
            default:
                var at = _at;
                var name = Name();
                if (name.Length == 0) return null;
                _asked.TryAdd(name, at);
                return new Pattern.Rule(name);
        }
    }

    private Pattern Quantified(Pattern part)
    {
        while (true)
        {
            if (Take("*")) part = part.Times(0, null);
            else if (Take("+")) part = part.Times(1, null);
            else if (Take("?")) part = part.Optional();
            else if (Peek == '{') part = Braces(part);
            else return part;
            Space(lines: false);
        }
    }

    private Pattern.Repeat Braces(Pattern part)
    {
        var end = _text.IndexOf('}', _at);
        var bounds = end < 0 ? [] : _text[(_at + 1)..end].Split(',');
        if (bounds.Length is not (1 or 2) || !int.TryParse(bounds[0].Length == 0 ? "0" : bounds[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var least)) throw Wrong("a quantifier is {n}, {n,} or {n,m}");
        int? most = least;
        if (bounds.Length == 2) most = string.IsNullOrWhiteSpace(bounds[1]) ? null : int.TryParse(bounds[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : throw Wrong("a quantifier is {n}, {n,} or {n,m}");
        if (most < least) throw Wrong($"{{{least},{most}}} ends before it begins");
        if (Math.Max(least, most ?? 0) > MostTimes) throw Wrong($"more than {MostTimes} repetitions");
        _at = end + 1;
        return new Pattern.Repeat(part, least, most);
    }

    private Pattern.Sequence Literal()
    {
        var open = _at++;
        List<Pattern> parts = [];
        while (!Take("\""))
        {
            if (Peek is '\0' or '\n')
            {
                _at = open;
                throw Wrong("a literal has no end");
            }

            parts.Add(new Pattern.Chars(CodePoints.Of(Character())));
        }

        return new Pattern.Sequence(parts);
    }

    private CodePoints Class()
    {
        var open = _at++;
        var isNot = Take("^");
        List<CodePoints> sets = [];
        while (!Take("]"))
        {
            if (Peek is '\0')
            {
                _at = open;
                throw Wrong("a class has no end");
            }

            var low = Character();
            if (Peek != '-' || _at + 1 >= _text.Length || _text[_at + 1] == ']')
            {
                sets.Add(CodePoints.Of(low));
                continue;
            }

            _at++;
            var high = Character();
            if (high < low) throw Wrong("a range of a class ends before it begins");
            sets.Add(CodePoints.Of(low, high));
        }

        var all = CodePoints.Union(sets);
        return isNot ? all.Not() : all;
    }

    private int Character()
    {
        if (!Take("\\"))
        {
            if (System.Text.Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out var length) != System.Buffers.OperationStatus.Done) throw Wrong("half a surrogate pair is no character");
            _at += length;
            return rune.Value;
        }

        var kind = Peek;
        _at++;
        return kind switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'x' => Hex(2),
            'u' => Hex(4),
            'U' => Hex(8),
            '\\' or '"' or '[' or ']' or '-' or '^' or '/' => kind,
            _ => throw Wrong($"\\{kind} is not known"),
        };
    }

    private int Hex(int digits)
    {
        if (_at + digits > _text.Length || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || !System.Text.Rune.IsValid(value)) throw Wrong($"an escape wants {digits} hexadecimal digits of a character");
        _at += digits;
        return value;
    }

    private string Name()
    {
        var begin = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || (Peek is '-' or '_')) _at++;
        return _text[begin.._at];
    }

    private bool Take(string wanted)
    {
        if (!_text.AsSpan(_at).StartsWith(wanted, StringComparison.Ordinal)) return false;
        _at += wanted.Length;
        return true;
    }

    private void Space(bool lines)
    {
        while (_at < _text.Length)
        {
            if (Peek is ' ' or '\t' || (lines && Peek is '\n' or '\r')) _at++;
            else if (Peek == '#') _at = _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;
            else return;
        }
    }

    private UserError Wrong(string what) => new($"the grammar is not understood: {what}.", line: _text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1, field: "grammar");
}
