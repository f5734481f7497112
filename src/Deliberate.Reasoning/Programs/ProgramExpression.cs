using System.Globalization;
using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// An expression over whole numbers in the notation of a language and with its meaning: <c>x</c>, numbers, <c>+ - * %</c>, division of
/// whole numbers, brackets, maximum, minimum and magnitude. What a program of this form computes is worked out here; that of any other needs the sandbox.
/// </summary>
internal sealed class ProgramExpression
{
    private const int MostCharacters = 400, Deepest = 40;

    private readonly string _text;
    private readonly ProgramNotation _notation;

    /// <summary>Values beyond this are none: nothing that is asked for comes near.</summary>
    private readonly BigInteger _largest;
    private readonly string[] _names;
    private int _at, _depth;
    private BigInteger _x;

    private ProgramExpression(string text, ProgramNotation notation)
    {
        (_text, _notation, _largest) = (text, notation, notation.Largest);
        _names = [notation.Maximum, notation.Minimum, notation.Absolute];
    }

    /// <summary>The expression of a text; null where it is none.</summary>
    public static ProgramExpression? Parse(string text, ProgramNotation notation)
    {
        if (text.Length > MostCharacters || notation.IsMisleading(text)) return null;
        var expression = new ProgramExpression(text, notation);
        return expression.IsWhole() ? expression : null;
    }

    /// <summary>The expression that a program of one line gives back: <c>def f(x): return x*2</c>; null for a program of another form.</summary>
    public static ProgramExpression? OfProgram(string program, ProgramNotation notation) => notation.ExpressionOf(program) is { } text ? Parse(text, notation) : null;

    /// <summary>Its value; null where it has none, as by division by 0.</summary>
    public BigInteger? At(BigInteger x)
    {
        (_at, _depth, _x) = (0, 0, x);
        return Sum() is { } value && BigInteger.Abs(value) <= _largest ? value : null;
    }

    /// <summary>Reads it once to its end, to see whether it is an expression; a value need not be there.</summary>
    private bool IsWhole()
    {
        foreach (var x in new[] { 1, 3, -2, 7 })
        {
            (_at, _depth, _x) = (0, 0, x);
            if (Sum() is not null) return Peek() == '\0';
        }

        return false;
    }

    private BigInteger? Sum()
    {
        if (++_depth > Deepest) return null;
        var value = Product();
        while (value is not null && Peek() is '+' or '-')
        {
            var isPlus = _text[_at++] == '+';
            value = Product() is { } other ? Bounded(isPlus ? value.Value + other : value.Value - other) : null;
        }

        _depth--;
        return value;
    }

    private BigInteger? Product()
    {
        var value = Signed();
        while (value is not null && Peek() is '*' or '%' or '/')
        {
            var sign = _text[_at++];
            if (sign == '/' && _notation.Division.Length == 2 && (_at >= _text.Length || _text[_at++] != '/')) return null;
            if (Signed() is not { } other) return null;
            if (sign == '*') value = Bounded(value.Value * other);
            else if (other.IsZero) return null;
            else value = sign == '%' ? _notation.Remainder(value.Value, other) : _notation.Divide(value.Value, other);
        }

        return value;
    }

    private BigInteger? Signed()
    {
        if (Peek() != '-') return Atom();
        _at++;
        return ++_depth > Deepest ? null : -Signed();
    }

    private BigInteger? Atom()
    {
        var c = Peek();
        if (char.IsAsciiDigit(c)) return Number();
        if (c == '(')
        {
            _at++;
            var inner = Sum();
            return Eat(')') ? inner : null;
        }

        if (c == 'x')
        {
            _at++;
            return _at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_') ? null : _x;
        }

        foreach (var name in _names)
        {
            if (string.CompareOrdinal(_text, _at, name, 0, name.Length) != 0) continue;
            _at += name.Length;
            if (!Eat('(') || Sum() is not { } first) return null;
            if (name == _notation.Absolute) return Eat(')') ? BigInteger.Abs(first) : null;
            if (!Eat(',') || Sum() is not { } second || !Eat(')')) return null;
            return name == _notation.Maximum ? BigInteger.Max(first, second) : BigInteger.Min(first, second);
        }

        return null;
    }

    private BigInteger? Number()
    {
        var begin = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        // Python refuses numbers that begin with 0, and a letter behind one.
        if ((_at - begin > 1 && _text[begin] == '0') || (_at < _text.Length && (char.IsAsciiLetter(_text[_at]) || _text[_at] is '.' or '_'))) return null;
        return Bounded(BigInteger.Parse(_text.AsSpan(begin, _at - begin), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    private BigInteger? Bounded(BigInteger value) => BigInteger.Abs(value) <= _largest ? value : null;

    private bool Eat(char c)
    {
        if (Peek() != c) return false;
        _at++;
        return true;
    }

    private char Peek()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }
}
