using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// The value of a scalar expression where its variables have given values: exact as far as fractions, whole powers and exact
/// roots go, complex doubles beyond (principal values). What cannot be evaluated within bounds has no value.
/// </summary>
internal sealed class MathEvaluator(Func<string, Rational>? variables = null, bool minus = false)
{
    private const int MostTerms = 2_000;
    private const int LargestFactorial = 500;
    private readonly Dictionary<string, MathValue> _bound = new(StringComparer.Ordinal);
    private int _work = 20_000;

    /// <param name="node">A scalar.</param>
    /// <returns>Not finite where there is no value.</returns>
    public MathValue Evaluate(MathNode node)
    {
        if (--_work < 0) return MathValue.None;
        return node switch
        {
            NumberNode number => MathValue.Of(number.Value),
            ConstantNode constant => constant.Name switch
            {
                "pi" => MathValue.Of(new Complex(Math.PI, 0)),
                "e" => MathValue.Of(new Complex(Math.E, 0)),
                "i" => MathValue.Of(Complex.ImaginaryOne),
                _ => MathValue.None,
            },
            SymbolNode symbol => _bound.TryGetValue(symbol.Name, out var bound) ? bound : variables is null ? MathValue.None : MathValue.Of(variables(symbol.Name)),
            SeriesNode series => Series(series),
            RatioNode { Terms: [var a, var b] } => Divide(Evaluate(a), Evaluate(b)),
            MatrixNode => MathValue.None,
            CallNode { Function: "det", Arguments: [MatrixNode matrix] } => Determinant(matrix),
            CallNode call => Call(call),
            _ => MathValue.None,
        };
    }

    private MathValue Call(CallNode call)
    {
        var a = Evaluate(call.Arguments[0]);
        if (!a.IsFinite) return MathValue.None;
        if (call.Arguments.Length == 1) return Unary(call.Function, a);
        var b = Evaluate(call.Arguments[1]);
        if (!b.IsFinite) return MathValue.None;
        return call.Function switch
        {
            "add" => Add(a, b),
            "sub" => Add(a, Negate(b)),
            "pm" => Add(a, minus ? Negate(b) : b),
            "mp" => Add(a, minus ? b : Negate(b)),
            "mul" => Multiply(a, b),
            "div" => Divide(a, b),
            "pow" => Power(a, b),
            "root" => Root(a, b),
            "log" => Divide(Of(Complex.Log(b.Approximate)), Of(Complex.Log(a.Approximate))),
            "binom" => Binomial(a, b),
            _ => MathValue.None,
        };
    }

    private MathValue Unary(string function, MathValue a) => function switch
    {
        "neg" => Negate(a),
        "pos" => a,
        "pm" => minus ? Negate(a) : a,
        "mp" => minus ? a : Negate(a),
        "deg" => Of(a.Approximate * Math.PI / 180),
        "sqrt" => Root(a, MathValue.Of(Rational.Of(2))),
        "abs" => a.Exact is { } exact ? MathValue.Of(exact.Sign < 0 ? -exact : exact) : Of(new Complex(Complex.Abs(a.Approximate), 0)),
        "floor" => Whole(a, ceiling: false),
        "ceil" => Whole(a, ceiling: true),
        "fact" => Factorial(a),
        "exp" => Of(Complex.Exp(a.Approximate)),
        "ln" => Of(Complex.Log(a.Approximate)),
        "sin" => Of(Complex.Sin(a.Approximate)),
        "cos" => Of(Complex.Cos(a.Approximate)),
        "tan" => Of(Complex.Tan(a.Approximate)),
        "cot" => Of(1 / Complex.Tan(a.Approximate)),
        "sec" => Of(1 / Complex.Cos(a.Approximate)),
        "csc" => Of(1 / Complex.Sin(a.Approximate)),
        "sinh" => Of(Complex.Sinh(a.Approximate)),
        "cosh" => Of(Complex.Cosh(a.Approximate)),
        "tanh" => Of(Complex.Tanh(a.Approximate)),
        "arcsin" => Of(Complex.Asin(a.Approximate)),
        "arccos" => Of(Complex.Acos(a.Approximate)),
        "arctan" => Of(Complex.Atan(a.Approximate)),
        _ => MathValue.None,
    };

    private static MathValue Of(Complex value) => Complex.IsFinite(value) ? MathValue.Of(value) : MathValue.None;

    private static MathValue Negate(in MathValue a) => a.Exact is { } exact ? MathValue.Of(-exact) : Of(-a.Approximate);

    private static MathValue Add(in MathValue a, in MathValue b) =>
        a.Exact is { } x && b.Exact is { } y ? Rational.Add(x, y) is { } sum ? MathValue.Of(sum) : MathValue.None : Of(a.Approximate + b.Approximate);

    private static MathValue Multiply(in MathValue a, in MathValue b) =>
        a.Exact is { } x && b.Exact is { } y ? Rational.Multiply(x, y) is { } product ? MathValue.Of(product) : MathValue.None : Of(a.Approximate * b.Approximate);

    private static MathValue Divide(in MathValue a, in MathValue b) =>
        a.Exact is { } x && b.Exact is { } y ? Rational.Divide(x, y) is { } quotient ? MathValue.Of(quotient) : MathValue.None : Of(a.Approximate / b.Approximate);

    private static MathValue Power(in MathValue a, in MathValue b)
    {
        if (a.Exact is { } x && b.Exact is { } y)
        {
            if (y.IsInteger) return Rational.Power(x, y.Numerator) is { } power ? MathValue.Of(power) : MathValue.None;
            if (x.Sign >= 0 && y.Denominator <= 64 && Rational.Root(x, (int)y.Denominator) is { } root && Rational.Power(root, y.Numerator) is { } rooted) return MathValue.Of(rooted);
        }

        // A whole power of a complex number by repeated products is more exact than through the logarithm.
        if (b.Exact is { IsInteger: true } whole && BigInteger.Abs(whole.Numerator) <= 64)
        {
            var result = Complex.One;
            for (var i = (int)BigInteger.Abs(whole.Numerator); i > 0; i--) result *= a.Approximate;
            return Of(whole.Sign < 0 ? 1 / result : result);
        }

        return Of(Complex.Pow(a.Approximate, b.Approximate));
    }

    private static MathValue Root(in MathValue a, in MathValue degree)
    {
        if (degree.Exact is not { IsInteger: true, Sign: > 0 } n || n.Numerator > 1000) return MathValue.None;
        var k = (int)n.Numerator;
        if (a.Exact is { } x && Rational.Root(x, k) is { } root) return MathValue.Of(root);
        if (k == 2) return Of(Complex.Sqrt(a.Approximate));

        // The real root of a negative number where there is one.
        if (a.IsReal && a.Real < 0 && k % 2 == 1) return Of(new Complex(-Math.Pow(-a.Real, 1.0 / k), 0));
        return Of(Complex.Pow(a.Approximate, 1.0 / k));
    }

    private static MathValue Whole(in MathValue a, bool ceiling)
    {
        if (a.Exact is { } exact) return Rational.Of(ceiling ? -(-exact).Floor() : exact.Floor(), 1) is { } whole ? MathValue.Of(whole) : MathValue.None;
        return a.IsReal ? Of(new Complex(ceiling ? Math.Ceiling(a.Real) : Math.Floor(a.Real), 0)) : MathValue.None;
    }

    private static MathValue Factorial(in MathValue a)
    {
        if (a.Exact is { IsInteger: true } whole)
        {
            if (whole.Sign < 0 || whole.Numerator > LargestFactorial) return MathValue.None;
            var product = BigInteger.One;
            for (var i = 2; i <= (int)whole.Numerator; i++) product *= i;
            return Rational.Of(product, 1) is { } exact ? MathValue.Of(exact) : MathValue.None;
        }

        return a.IsReal ? Of(new Complex(Gamma(a.Real + 1), 0)) : MathValue.None;
    }

    private static MathValue Binomial(in MathValue n, in MathValue k)
    {
        if (k.Exact is not { IsInteger: true, Sign: >= 0 } whole || whole.Numerator > LargestFactorial) return MathValue.None;
        var result = MathValue.Of(Rational.One);
        for (var i = 0; i < (int)whole.Numerator && result.IsFinite; i++)
            result = Divide(Multiply(result, Add(n, MathValue.Of(Rational.Of(-i)))), MathValue.Of(Rational.Of(i + 1)));
        return result;
    }

    private MathValue Series(SeriesNode series)
    {
        if (Evaluate(series.From).Exact is not { IsInteger: true } from || Evaluate(series.To).Exact is not { IsInteger: true } to) return MathValue.None;
        if (to.Numerator - from.Numerator >= MostTerms) return MathValue.None;
        var result = MathValue.Of(series.IsProduct ? Rational.One : Rational.Zero);
        var outer = _bound.TryGetValue(series.Variable, out var old) ? old : (MathValue?)null;
        for (var k = from.Numerator; k <= to.Numerator && result.IsFinite; k++)
        {
            _bound[series.Variable] = MathValue.Of(Rational.Of(k, 1)!.Value);
            var term = Evaluate(series.Body);
            result = !term.IsFinite ? MathValue.None : series.IsProduct ? Multiply(result, term) : Add(result, term);
        }

        if (outer is { } shadowed) _bound[series.Variable] = shadowed;
        else _bound.Remove(series.Variable);
        return result;
    }

    /// <summary>By expansion along the first row, up to 5 by 5.</summary>
    private MathValue Determinant(MatrixNode matrix)
    {
        var n = matrix.Rows.Length;
        if (n is 0 or > 5 || Array.Exists(matrix.Rows, row => row.Length != n)) return MathValue.None;
        return Minor([.. matrix.Rows.Select(row => row.Select(Evaluate).ToArray())], [.. Enumerable.Range(0, n)], 0);
    }

    private static MathValue Minor(MathValue[][] rows, int[] columns, int row)
    {
        if (columns.Length == 0) return MathValue.Of(Rational.One);
        var sum = MathValue.Of(Rational.Zero);
        for (var c = 0; c < columns.Length; c++)
        {
            var term = Multiply(rows[row][columns[c]], Minor(rows, [.. columns.Where((_, i) => i != c)], row + 1));
            sum = Add(sum, c % 2 == 0 ? term : Negate(term));
        }

        return sum;
    }

    /// <summary>Lanczos' approximation (g = 7, nine terms), some 15 digits, with the reflection formula below one half.</summary>
    private static double Gamma(double x)
    {
        if (x < 0.5) return Math.PI / (Math.Sin(Math.PI * x) * Gamma(1 - x));
        ReadOnlySpan<double> c =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        x--;
        var sum = c[0];
        for (var i = 1; i < c.Length; i++) sum += c[i] / (x + i);
        var t = x + 7.5;
        return Math.Sqrt(2 * Math.PI) * Math.Pow(t, x + 0.5) * Math.Exp(-t) * sum;
    }
}
