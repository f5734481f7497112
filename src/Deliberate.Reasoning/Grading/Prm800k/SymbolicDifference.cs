using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// Whether the difference of two expressions is zero, in place of the computer algebra that PRM800K's grader asks: exactly where only
/// fractions of whole numbers occur, else at points of the complex plane, where expressions that are not the same do not meet. What it
/// reads is that grader's syntax: products without a sign, words taken apart into letters, <c>sqrt</c>, <c>ln</c>, <c>pi</c>, factorials.
/// Everything else is not equal.
/// </summary>
internal sealed class SymbolicDifference
{
    private const int MostNested = 90;
    private const double Rounding = 1e-11;

    /// <summary>Letters of Greek that stay one symbol, and words that mean something which no answer does.</summary>
    private static readonly FrozenSet<string> Greek = FrozenSet.Create(StringComparer.Ordinal, "mu", "nu", "xi", "eta", "phi", "psi", "rho", "tau", "chi", "zeta", "beta", "alpha", "theta", "omega", "kappa", "gamma", "delta", "sigma"),
        Refused = FrozenSet.Create(StringComparer.Ordinal, "re", "im", "li", "ff", "rf", "jn", "yn", "oo", "zoo", "nan", "is", "if", "in", "or", "as");

    private static readonly Complex[] Points = [new(0.7391, 0.4172), new(-1.3127, 0.8913), new(2.1719, -1.6331), new(-0.5573, -1.1719)];

    private readonly string _text;
    private readonly int _point;
    private readonly Dictionary<string, int> _symbols;
    private int _at, _depth;
    private bool _failed, _hasDecimals;

    private SymbolicDifference(string text, int point, Dictionary<string, int> symbols) => (_text, _point, _symbols) = (text, point, symbols);

    /// <summary>Whether both can be read and are the same.</summary>
    public static bool IsZero(string a, string b)
    {
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var point = 0; point < Points.Length; point++)
        {
            var (first, second) = (new SymbolicDifference(a, point, symbols), new SymbolicDifference(b, point, symbols));
            var (x, y) = (first.Value(), second.Value());
            if (first._failed || second._failed) return false;
            if (x.IsExact && y.IsExact) return x == y;
            var (p, q) = (x.Approximate, y.Approximate);
            if (!Complex.IsFinite(p) || !Complex.IsFinite(q)) return false;
            // That algebra keeps decimals as floating-point numbers: 0.1 + 0.2 is not 0.3.
            if (symbols.Count == 0 && (first._hasDecimals || second._hasDecimals)) return p == q;
            if (Complex.Abs(p - q) > Rounding * Math.Max(Complex.Abs(p), Complex.Abs(q))) return false;
            if (symbols.Count == 0) return true;
        }

        return true;
    }

    private SymbolicValue Value()
    {
        var value = Sum();
        if (_at < _text.Length) _failed = true;
        return value;
    }

    private SymbolicValue Sum()
    {
        var value = Product();
        while (!_failed && _at < _text.Length && _text[_at] is '+' or '-')
        {
            var minus = _text[_at++] == '-';
            var next = Product();
            value = minus ? value - next : value + next;
        }

        return value;
    }

    private SymbolicValue Product()
    {
        var value = Signed();
        while (!_failed && _at < _text.Length)
        {
            var c = _text[_at];
            if (c == '*' || c == '/')
            {
                _at++;
                var next = Signed();
                value = c == '*' ? value * next : value / next;
            }
            else if (c == '(' || c == '.' || char.IsLetterOrDigit(c))
            {
                value *= Power();
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private SymbolicValue Signed()
    {
        if (_at < _text.Length && _text[_at] is '+' or '-')
        {
            if (Deeper()) return SymbolicValue.None;
            var minus = _text[_at++] == '-';
            var value = Signed();
            _depth--;
            return minus ? -value : value;
        }

        return Power();
    }

    private SymbolicValue Power() => Raised(Atom());

    /// <summary>With the factorials and the power behind it.</summary>
    private SymbolicValue Raised(SymbolicValue value)
    {
        while (!_failed && _at < _text.Length && _text[_at] == '!')
        {
            _at++;
            if (_at < _text.Length && _text[_at] is '!' or '=') return Fail();
            value = SymbolicValue.Factorial(value);
        }

        if (_failed || _at >= _text.Length || (_text[_at] != '^' && !_text.AsSpan(_at).StartsWith("**", StringComparison.Ordinal))) return value;
        _at += _text[_at] == '^' ? 1 : 2;
        if (Deeper()) return SymbolicValue.None;
        var exponent = Signed();
        _depth--;
        return SymbolicValue.Power(value, exponent);
    }

    private SymbolicValue Atom()
    {
        if (_at >= _text.Length) return Fail();
        var c = _text[_at];
        if (c == '(')
        {
            if (Deeper()) return SymbolicValue.None;
            _at++;
            var value = Sum();
            if (_at >= _text.Length || _text[_at++] != ')') return Fail();
            _depth--;
            return value;
        }

        if (char.IsAsciiDigit(c) || c == '.') return Number();
        return char.IsLetter(c) ? Word() : Fail();
    }

    private SymbolicValue Number()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        var isWhole = true;
        if (_at < _text.Length && _text[_at] == '.')
        {
            isWhole = false;
            _at++;
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
            if (_at == start + 1) return Fail();
        }

        var exponent = _at;
        if (exponent < _text.Length && _text[exponent] == 'e')
        {
            exponent++;
            if (exponent < _text.Length && _text[exponent] is '+' or '-') exponent++;
            var digits = exponent;
            while (exponent < _text.Length && char.IsAsciiDigit(_text[exponent])) exponent++;
            if (exponent > digits) (_at, isWhole) = (exponent, false);
        }

        var number = _text.AsSpan(start, _at - start);
        if (number.Length > 1000) return Fail();
        var value = isWhole ? SymbolicValue.Of(BigInteger.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture)) : new SymbolicValue(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));
        _hasDecimals |= !isWhole;
        if (_at >= _text.Length || _text[_at] != 'j') return value;
        _at++;
        return new SymbolicValue(value.Approximate * Complex.ImaginaryOne);
    }

    /// <summary>A function, a constant, or a product of letters and the digits behind them.</summary>
    private SymbolicValue Word()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        var word = _text[start.._at];
        if (Refused.Contains(word) || word.Contains('_', StringComparison.Ordinal)) return Fail();
        if (word is "sqrt" or "ln")
        {
            if (_at >= _text.Length || _text[_at] != '(') return Fail();
            var argument = Atom();
            return word == "ln" ? SymbolicValue.NaturalLog(argument) : SymbolicValue.Root(argument);
        }

        if (word == "pi") return new SymbolicValue(Math.PI);
        if (Greek.Contains(word)) return Symbol(word);
        // The last of the product alone is raised: "ab^2" is a·b².
        SymbolicValue? product = null;
        for (var i = 0; i < word.Length;)
        {
            var end = i + 1;
            if (char.IsAsciiDigit(word[i]))
                while (end < word.Length && char.IsAsciiDigit(word[end])) end++;
            var piece = word[i..end];
            if (end == word.Length && i > 0)
            {
                _at = start + i;
                return product!.Value * Rest(piece);
            }

            var factor = Piece(piece);
            product = product is { } before ? before * factor : factor;
            i = end;
        }

        return product ?? Fail();
    }

    /// <summary>The last piece of a word with what is raised or taken the factorial of it.</summary>
    private SymbolicValue Rest(string piece)
    {
        _at += piece.Length;
        return Raised(Piece(piece));
    }

    private SymbolicValue Piece(string piece) => char.IsAsciiDigit(piece[0]) ? SymbolicValue.Of(BigInteger.Parse(piece, CultureInfo.InvariantCulture)) : Symbol(piece);

    private SymbolicValue Symbol(string name)
    {
        if (!_symbols.TryGetValue(name, out var number)) _symbols[name] = number = _symbols.Count;
        return new SymbolicValue(Points[(_point + number) % Points.Length] * (1 + (0.137 * number)));
    }

    private bool Deeper()
    {
        if (++_depth > MostNested) _failed = true;
        return _failed;
    }

    private SymbolicValue Fail()
    {
        _failed = true;
        return SymbolicValue.None;
    }
}
